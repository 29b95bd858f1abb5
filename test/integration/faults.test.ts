import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Summary } from 'pktgen';
import { type Namespace, needsRoot, withNamespace } from '../support/namespace.js';
import { finished, lineOf, ROOT, spawnPktgen } from '../support/pktgen.js';

/** Starts a run of 20 s on near0, does `harm` in the middle of it, and returns the summary it ends with. */
async function runWithHarm(
  namespace: Namespace,
  flags: readonly string[],
  harm: () => void,
): Promise<Summary> {
  const args = ['--iface', 'near0', '--cpus', '0', '--duration', '20s', '--json', ...flags];
  const child = spawnPktgen(args, namespace);
  const result = finished(child);
  await new Promise((resolve) => child.stderr?.once('data', resolve));
  await sleep(300);
  harm();
  const { status, stdout, stderr } = await result;
  assert.equal(status, 1, stderr);
  const summary = JSON.parse(stdout) as Summary;
  assert.ok(summary.total.packets > 0);
  assert.ok(summary.total.seconds < 10, 'it has to end by itself');
  return summary;
}

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
      // 10 Mbit/s: about 20 kpps, far below what the worker offers.
      const shaper = [
        'qdisc',
        'add',
        'dev',
        'near0',
        'root',
        'tbf',
        'rate',
        '10mbit',
        'burst',
        '10kb',
        'limit',
        '20kb',
      ];
      namespace.tc(...shaper);
      const child = spawnPktgen(
        ['--iface', 'near0', '--cpus', '0', '--duration', '1s', '--json', '--quiet'],
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
      namespace.tc(
        'qdisc',
        'add',
        'dev',
        'near0',
        'root',
        'tbf',
        'rate',
        '8bit',
        'burst',
        '2kb',
        'limit',
        '20kb',
      );
      const script = `
        import { resolvePlan, startRun } from 'pktgen';
        const run = await startRun(await resolvePlan({ iface: 'near0', cpus: [0] }));
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
