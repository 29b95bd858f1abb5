import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { Summary } from 'pktgen';
import { runWithHarm } from '../support/harm.js';
import { needsRoot, withNamespace } from '../support/namespace.js';
import { finished, lineOf, ROOT, spawnPktgen } from '../support/pktgen.js';

const TAP_WITHOUT_READER = path.join(ROOT, 'test/support/tap-without-reader.py');

describe('during a run', { skip: needsRoot }, () => {
  for (const [fault, harm, flags, finding] of [
    [
      'the interface is removed',
      ['link', 'del', 'near0'],
      ['--qdisc-bypass'],
      /near0 disappeared during the run/,
    ],
    [
      'the interface is removed, with qdisc',
      ['link', 'del', 'near0'],
      [],
      /near0 disappeared during the run/,
    ],
    [
      'the interface goes down',
      ['link', 'set', 'near0', 'down'],
      ['--qdisc-bypass'],
      /near0 went down during the run/,
    ],
    [
      'the carrier is lost',
      ['link', 'set', 'far0', 'down'],
      ['--qdisc-bypass'],
      /near0 has no carrier: nothing can leave it/,
    ],
    [
      'the MTU is lowered',
      ['link', 'set', 'near0', 'mtu', '1400'],
      ['--size', '1518'],
      /MTU of near0 was lowered to 1400/,
    ],
    [
      'the MTU is lowered, jumbo',
      ['link', 'set', 'near0', 'mtu', '1400'],
      ['--size', '9000'],
      /MTU of near0 was lowered to 1400/,
    ],
  ] as const) {
    it(`${fault}: named, summarised, exit code 1`, async () => {
      await withNamespace(async (namespace) => {
        namespace.addPair();
        const summary = await runWithHarm(namespace, flags, () => namespace.ip(...harm));
        assert.match(summary.findings[0]?.message ?? '', finding);
        assert.equal(summary.exitCode, 1);
      });
    });
  }

  it('of an interface that is removed the last reading is kept', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const { device } = await runWithHarm(namespace, [], () => namespace.ip('link', 'del', 'near0'));
      assert.equal(device?.gone, true);
      assert.equal(device?.agrees, null);
      assert.ok(device.txPackets > 0);
    });
  });

  it('a device that no longer takes live frames is noticed within a second, and named', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const gro = (state: 'on' | 'off') => namespace.run('ethtool', '-K', 'far0', 'gro', state);
      gro('on');
      let harmedAtMs = 0;
      const summary = await runWithHarm(namespace, ['--engine', 'live'], () => {
        gro('off');
        harmedAtMs = Date.now();
      });
      // Two looks at the device, a fifth of a second apart; the rest is the end of the process.
      assert.ok(Date.now() - harmedAtMs < 2500, `${Date.now() - harmedAtMs} ms`);
      const [finding] = summary.findings;
      assert.equal(finding?.code, 'device-silent');
      assert.match(finding.message, /near0 sees next to nothing .* XDP program or GRO at the far end$/);
      assert.ok((summary.device?.differencePackets ?? 0) < 0);
    });
  });

  for (const [fault, harm, code] of [
    ['goes down', ['link', 'set', 'near0', 'down'], 'link-down'],
    ['is removed', ['link', 'del', 'near0'], 'link-gone'],
    ['gets a lower MTU', ['link', 'set', 'near0', 'mtu', '1000'], 'mtu-lowered'],
  ] as const) {
    it(`a device that ${fault} under live frames is named`, async () => {
      await withNamespace(async (namespace) => {
        namespace.addPair();
        namespace.run('ethtool', '-K', 'far0', 'gro', 'on');
        const flags = ['--engine', 'live', '--size', '1500'];
        const { findings } = await runWithHarm(namespace, flags, () => namespace.ip(...harm));
        assert.equal(findings[0]?.code, code);
      });
    });
  }

  it('a device that drops all it is given, behind calls that succeed, is noticed and named', async () => {
    await withNamespace(async (namespace) => {
      const [program = '', ...words] = [...namespace.prefix, 'python3', TAP_WITHOUT_READER];
      const tap = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
      try {
        await new Promise((resolve) => tap.stdout.once('data', resolve));
        namespace.ip('link', 'set', 'tap0', 'up');
        const args = ['--iface', 'tap0', '--engine', 'tx-ring', '--duration', '20s', '--json', '--quiet'];
        const { status, stdout } = await finished(spawnPktgen(args, namespace));
        const { findings, total, device } = JSON.parse(stdout) as Summary;
        assert.equal(status, 1);
        assert.ok(total.seconds < 5, `${total.seconds} s`);
        assert.equal(findings[0]?.code, 'device-silent');
        assert.match(
          findings[0].message,
          /tap0 sees next to nothing .*: it drops them \(tx_dropped [\d,]+\)$/,
        );
        assert.ok((device?.txDropped ?? 0) > 0);
      } finally {
        tap.kill('SIGKILL');
      }
    });
  });

  it('the error that ended a worker is named and counted', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const harm = () => namespace.ip('link', 'set', 'near0', 'down');
      const summary = await runWithHarm(namespace, ['--qdisc-bypass'], harm);
      assert.equal(summary.workers[0]?.endReason, 'error');
      assert.equal(summary.workers[0]?.endError, 'ENETDOWN');
      assert.equal(summary.total.errors['ENETDOWN'], 1);
    });
  });

  it('frames that the kernel refuses are not counted as sent', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      // Too large to be copied whole, so that the kernel itself compares them with the MTU.
      const summary = await runWithHarm(namespace, ['--size', '9000'], () =>
        namespace.ip('link', 'set', 'near0', 'mtu', '1400'),
      );
      assert.equal(summary.workers[0]?.endError, 'EMSGSIZE');
      assert.equal(summary.total.packets, namespace.received('far0'));
    });
  });

  it('a queue that is full is back-pressure: no frame is lost or counted twice, and the CPU is not burnt', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      namespace.shape('near0', '10mbit'); // about 20 kpps, far below what the worker offers
      const child = spawnPktgen(
        ['--iface', 'near0', '--engine', 'tx-ring', '--cpus', '0', '--duration', '1s', '--json', '--quiet'],
        namespace,
      );
      const { stdout, stderr } = await finished(child);
      const summary = JSON.parse(stdout) as Summary;
      assert.ok(summary.total.busy > 0, stderr);
      assert.ok(Object.keys(summary.total.errors).every((name) => name === 'ENOBUFS' || name === 'EAGAIN'));
      assert.ok((summary.total.cpuNsPerPacket ?? 0) < 0.8 * (summary.total.nsPerPacket ?? 0));
      assert.ok(
        Math.abs(summary.total.packets - namespace.received('far0')) <= 512,
        'what is still queued there',
      );
    });
  });

  it('a device that is stuck does not delay the stop', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      namespace.shape('near0', '8bit', '2kb');
      const script = `
        import { resolvePlan, startRun } from 'pktgen';
        const run = await startRun(await resolvePlan({ iface: 'near0', engine: 'tx-ring', cpus: [0] }));
        await new Promise((resolve) => setTimeout(resolve, 200));
        const asked = performance.now();
        run.stop();
        while (run.snapshot().workers[0].state !== 'done') await new Promise((resolve) => setTimeout(resolve, 1));
        console.log(performance.now() - asked);`;
      const [ip = '', ...words] = namespace.prefix;
      const { stdout, stderr } = spawnSync(
        ip,
        [...words, process.execPath, '--input-type=module', '-e', script],
        {
          cwd: ROOT,
          encoding: 'utf8',
          timeout: 30_000,
        },
      );
      // The promise is 50 ms; a machine that is busy with something else gets some more.
      assert.ok(Number(stdout) > 0 && Number(stdout) < 250, `${stdout} ms ${stderr}`);
    });
  });

  it('a stopped reader of standard output ends it quietly', async () => {
    const child = spawnPktgen(['--lab', '--duration', '20s']);
    const result = finished(child);
    await lineOf(child, /ns\/pkt/);
    child.stdout?.destroy();
    const { signal, stderr } = await result;
    assert.equal(signal, null);
    assert.equal(stderr, '');
  });
});
