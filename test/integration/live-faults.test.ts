import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolvePlan, type Summary, startRun } from 'pktgen';
import { XdpPass } from '../support/live-lab.js';
import { type Namespace, needsRoot, run, withNamespace } from '../support/namespace.js';
import {
  finished,
  PATIENCE,
  pktgen,
  pktgenJson,
  spawnPktgen,
  WITHOUT_CAPABILITIES,
} from '../support/pktgen.js';

const LIVE = ['--iface', 'near0', '--engine', 'live', '--cpus', '0'];
const MTU_BYTES = 1500;
const SETTLE_MS = 1000;

/** A pair whose far end lets frames through an XDP program. */
async function withPair(body: (namespace: Namespace, pass: XdpPass) => Promise<void>): Promise<void> {
  await withNamespace(async (namespace) => {
    namespace.addPair('near0', 'far0', 2, MTU_BYTES);
    const pass = await XdpPass.attach(namespace.prefix, 'far0');
    try {
      await body(namespace, pass);
    } finally {
      await pass.detach();
    }
  });
}

/** The far end counts frames when its softirq has had its turn, which may be after the end of the run. */
async function arrived(namespace: Namespace, frames: number) {
  const seen = () => ({ received: namespace.received('far0'), dropped: namespace.txDropped('near0') });
  for (const deadline = Date.now() + SETTLE_MS * PATIENCE; Date.now() < deadline; await sleep(10)) {
    const { received, dropped } = seen();
    if (received + dropped >= frames) break;
  }
  return seen();
}

/** Of all BPF programs of pktgen that this system holds. */
function programIds(): number[] {
  const programs = JSON.parse(run('bpftool', 'prog', 'list', '-j')) as { id: number; name?: string }[];
  return programs.filter(({ name }) => name?.startsWith('pktgen_')).map(({ id }) => id);
}

describe('engine live', { skip: needsRoot }, () => {
  it('sends exactly --count, with two workers, to a far end with GRO alone', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair('near0', 'far0', 2, MTU_BYTES);
      const [enter = '', ...prefix] = namespace.prefix;
      run(enter, ...prefix, 'ethtool', '-K', 'far0', 'gro', 'on');
      const args = ['--iface', 'near0', '--engine', 'live', '--cpus', '0,1', '--count', '100001'];
      const summary = await pktgenJson(args, namespace);
      assert.equal(summary.total.packets, 100_001);
      const { received, dropped } = await arrived(namespace, 100_001);
      assert.equal(received + dropped, 100_001);
      assert.equal(summary.findings.length > 0, dropped > 0, JSON.stringify(summary.findings));
      // An emulated machine may give the far end no CPU for long enough that the veth drops.
      if (PATIENCE === 1) assert.equal(dropped, 0);
    });
  });

  it('is refused where the far end of a veth takes no XDP frames, with what would help', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair('near0', 'far0', 2, MTU_BYTES);
      const { status, stderr } = await pktgen([...LIVE, '--count', '10'], namespace);
      assert.match(stderr, /only while its other end has an XDP program or GRO/);
      assert.notEqual(status, 0);
      assert.equal(namespace.received('far0'), 0);
    });
  });

  it('is refused on an interface whose driver takes no XDP frames', async () => {
    const { status, stderr } = await pktgen(['--lab-sink', '--engine', 'live', '--count', '10']);
    assert.match(stderr, /the driver takes no XDP frames \(no ndo_xdp_xmit\)/);
    assert.notEqual(status, 0);
  });

  it('is refused without its capabilities: exit code 3, and which ones', async () => {
    await withPair(async (namespace) => {
      const prefix = [...namespace.prefix, ...WITHOUT_CAPABILITIES];
      const { status, stderr } = await pktgen([...LIVE, '--count', '10'], { prefix });
      assert.equal(status, 3, stderr);
      assert.match(stderr, /CAP_BPF and CAP_NET_ADMIN/);
    });
  });

  it('takes at most 256 frames at a time: more is a usage error', async () => {
    const { status, stderr } = await pktgen(['--lab', '--engine', 'live', '--live-batch', '257']);
    assert.equal(status, 2);
    assert.match(stderr, /--live-batch 257: expected a whole number from 1 to 256/);
  });

  for (const [fault, harm, finding, error] of [
    ['the interface is removed', ['link', 'del', 'near0'], /near0 disappeared during the run/, 'ENODEV'],
    ['the interface goes down', ['link', 'set', 'near0', 'down'], /near0 went down during the run/, null],
  ] as const) {
    it(`${fault} during a run: named within a second, exit code 1`, async () => {
      await withPair(async (namespace) => {
        const child = spawnPktgen([...LIVE, '--duration', '20s', '--json'], namespace);
        const result = finished(child);
        await new Promise((resolve) => child.stderr?.once('data', resolve));
        await sleep(300);
        const harmedAt = performance.now();
        namespace.ip(...harm);
        const { status, stdout, stderr } = await result;
        assert.equal(status, 1, stderr);
        const summary = JSON.parse(stdout) as Summary;
        assert.match(summary.findings[0]?.message ?? '', finding);
        assert.equal(summary.workers[0]?.endError, error);
        assert.ok(performance.now() - harmedAt < 5000);
      });
    });
  }

  it('needs no other capabilities, also for varied frames of several sizes', async () => {
    await withPair(async (namespace) => {
      const only = '-all,+bpf,+net_admin';
      const capabilities = ['--bounding-set', only, '--inh-caps', only, '--ambient-caps', only];
      const noRoot = ['--securebits', '+noroot,+noroot_locked', '--reuid', '65534', '--clear-groups'];
      const prefix = [...namespace.prefix, 'setpriv', ...noRoot, ...capabilities];
      const args = [...LIVE, '--profile', 'data-centre', '--count', '3000'];
      const summary = await pktgenJson(args, { prefix });
      assert.equal(summary.status, 0, JSON.stringify(summary.findings));
      assert.equal(namespace.received('far0'), 3000);
    });
  });

  it('pauses, resumes and stops', { timeout: 10_000 }, async () => {
    const live = await startRun(await resolvePlan({ lab: true, engine: 'live', cpus: [0] }));
    const sent = () => live.snapshot().workers[0]?.packets ?? 0;
    await sleep(100);
    live.pause();
    while (live.snapshot().workers[0]?.state !== 'paused') await sleep(5);
    const paused = sent();
    assert.ok(paused > 0);
    await sleep(100);
    assert.equal(sent(), paused);
    live.resume();
    while (sent() === paused) await sleep(5);
    live.stop();
    const summary = await live.done;
    assert.equal(summary.workers[0]?.endReason, 'stopped');
    assert.equal(summary.farEnd?.rxPackets, summary.total.packets);
  });

  it('leaves no BPF program behind after kill -9', async () => {
    // Others may be running pktgen, too: only programs that are new are ours, and only those have to go.
    const before = new Set(programIds());
    const child = spawnPktgen(['--lab', '--engine', 'live', '--cpus', '0', '--duration', '20s']);
    const result = finished(child);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    await sleep(300);
    const ours = programIds().filter((id) => !before.has(id));
    assert.ok(ours.length >= 2, 'one for the worker, one for the far end');
    child.kill('SIGKILL');
    assert.equal((await result).signal, 'SIGKILL');
    await sleep(500); // the kernel frees them when every CPU has let go
    const left = new Set(programIds());
    assert.deepEqual(
      ours.filter((id) => left.has(id)),
      [],
    );
  });
});
