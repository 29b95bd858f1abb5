// In a guest: every engine over two virtio NICs that are linked, eth0 and eth1.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { engines, type RunOptions, resolvePlan, type Summary, startRun } from 'pktgen';
import { Capture } from '../support/capture.js';

/** Fewer than the receiver's ring holds: QEMU's cable has no back-pressure. */
const COUNT = 200;
/** What the kernel of this guest is known to do, so that a silent fallback is a failure. */
const zeroCopy = process.env['PKTGEN_VM_ZERO_COPY'] === 'yes';

async function send(options: RunOptions): Promise<Summary> {
  const run = await startRun(
    await resolvePlan({ iface: 'eth0', countPackets: COUNT, cpus: [0], ...options }),
  );
  return run.done;
}

const WAYS: readonly (RunOptions & { readonly engine: string })[] = [
  { engine: 'tx-ring' },
  { engine: 'tx-ring', engineOptions: { qdiscBypass: true } },
  { engine: 'packet' },
  { engine: 'packet', engineOptions: { qdiscBypass: true } },
  { engine: 'xdp', engineOptions: { xdpMode: 'copy' } },
  ...(zeroCopy ? [{ engine: 'xdp', engineOptions: { xdpMode: 'zerocopy' } }] : []),
  { engine: 'xdp', batch: 1 },
];
const known = new Set(engines().map(({ name }) => name));

describe('over virtio NICs', () => {
  for (const way of WAYS.filter(({ engine }) => known.has(engine))) {
    const { engine, engineOptions, batch } = way;
    it(`every frame arrives as it was made: ${JSON.stringify({ engine, ...engineOptions, batch })}`, async () => {
      const capture = await Capture.start([], 'eth1', COUNT);
      try {
        const summary = await send(way);
        assert.deepEqual(summary.findings, []);
        assert.equal(summary.total.packets, COUNT);
        await capture.complete();
        assert.deepEqual(capture.frames(), Array(COUNT).fill(summary.plan.frameHex));
      } finally {
        capture.remove();
      }
    });
  }
});

describe('AF_XDP on virtio_net', { skip: known.has('xdp') ? false : 'no engine xdp' }, () => {
  if (zeroCopy) {
    it('auto means zero-copy, and says so', async () => {
      const { workers, findings } = await send({ engine: 'xdp' });
      assert.deepEqual(findings, []);
      assert.deepEqual(
        workers.map((worker) => worker.mode),
        ['zero-copy'],
      );
    });
  } else {
    it('zero-copy is refused with the reason, and auto means copy mode', async () => {
      const asked = { engine: 'xdp', engineOptions: { xdpMode: 'zerocopy' } };
      await assert.rejects(send(asked), /zero.?copy/i);
      const { workers, findings } = await send({ engine: 'xdp' });
      assert.deepEqual(findings, []);
      assert.deepEqual(
        workers.map(({ mode }) => /^copy mode/.test(mode)),
        [true],
      );
    });
  }

  it('leaves nothing attached, and the next run has the queue', async () => {
    for (const xdpMode of ['auto', 'copy', 'auto']) {
      const { findings } = await send({ engine: 'xdp', engineOptions: { xdpMode } });
      assert.deepEqual(findings, []);
    }
  });
});
