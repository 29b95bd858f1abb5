import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunPlan } from '#src/run/plan.js';
import type { Summary } from '#src/run/summary.js';
import { describeLegs, withAllFindings } from '#src/tui/legs.js';

interface Leg {
  readonly engine?: string;
  readonly options?: RunPlan['engine']['options'];
  readonly cpus?: readonly number[];
  readonly streams?: number;
  readonly maxBytes?: number;
  readonly packets?: number;
  readonly pace?: Partial<Summary['pace']> | null;
  readonly asked?: string | null;
  readonly missing?: number;
  readonly agrees?: boolean | null;
  readonly message?: string | null;
}

/** What is read of a leg; the rest of a summary is of no interest here. */
function leg(of: Leg = {}): Summary {
  const { engine = 'tx-ring', options = {}, cpus = [0, 1], streams = 1, maxBytes = 64, packets = 1000 } = of;
  const { pace = null, asked = null, missing = 0, agrees = missing === 0, message = null } = of;
  const plan = {
    engine: { name: engine, options, chosen: 'name', why: '' },
    sizes: { minBytes: 64, maxBytes },
    workers: cpus.map((cpu) => ({ cpu })),
    traffic: { streams: Array.from({ length: streams }, () => ({})) },
    schedule: { asked },
  };
  const findings = message === null ? [] : [{ code: 'rate-missed', message }];
  const total = { packets, bytes: 64 * packets, seconds: 2, pps: packets / 2, nsPerPacket: 402.4 };
  const compared = { differencePackets: -missing, agrees, gone: false };
  const device = { name: 'lab0', countedPackets: packets - missing, txDropped: missing, ...compared };
  const farEnd = { name: 'lab1', rxPackets: packets - missing, ...compared };
  return { plan, total, pace, device, farEnd, findings } as unknown as Summary;
}

describe('the parts of a run', () => {
  it('are a line each, unless there is only one', () => {
    const first = leg({ options: { qdiscBypass: true } });
    assert.deepEqual(describeLegs([first]), []);
    assert.equal(withAllFindings([first]), first);
    const [line = '', second = ''] = describeLegs([first, leg({ engine: 'xdp' })]);
    assert.match(
      line,
      /^part 1 +tx-ring --qdisc-bypass, 64 bytes, CPU 0-1, top speed: 1,000 frames in 2\.00 s, 500\.0 pps, 402\.4 ns/,
    );
    assert.match(second, /^part 2 +xdp, 64 bytes/);
  });

  it('say in what they differ: options, streams, sizes, CPUs, rates', () => {
    const lines = describeLegs([
      leg({ options: { qdiscBypass: false, ringFrames: 64, queue: 'own' }, streams: 2 }),
      leg({ options: { qdiscBypass: false, ringFrames: 128, queue: 'own' }, maxBytes: 1518, cpus: [1] }),
      leg({ pace: { changes: 0, askedPps: 10_000 }, asked: '10kpps' }),
      leg({ pace: { changes: 2, askedPps: 11_000 }, asked: '10kpps' }),
      leg({ pace: { changes: 1, askedPps: null } }),
    ]);
    const said = lines.slice(0, 5).map((line) => line.slice(9, line.indexOf(':')));
    assert.deepEqual(said, [
      'tx-ring --ring-frames 64 --queue own, 2 streams, 64 bytes, CPU 0-1, top speed',
      'tx-ring --ring-frames 128 --queue own, 1 stream, 64 to 1518 bytes, CPU 1, top speed',
      'tx-ring, 1 stream, 64 bytes, CPU 0-1, 10kpps',
      'tx-ring, 1 stream, 64 bytes, CPU 0-1, 11.00 kpps at the end',
      'tx-ring, 1 stream, 64 bytes, CPU 0-1, top speed at the end',
    ]);
  });

  it('are added up: frames, bytes, time, mean rate, and what device and far end counted', () => {
    const lines = describeLegs([leg({ packets: 70_800 }), leg({ packets: 0 })]).slice(2);
    assert.deepEqual(lines, [
      'all      70,800 frames, 4,531,200 bytes (FCS included) in 4.00 s, 17.70 kpps',
      '         device lab0 counted 70,800, dropped 0: agrees exactly',
      '         far end lab1 received 70,800: all arrived',
    ]);
  });

  it('that disagree are not made up for by others', () => {
    const disagreeing = describeLegs([leg({ missing: 3 }), leg({ missing: -3, agrees: false })]).slice(3);
    assert.deepEqual(disagreeing, [
      '         device lab0 counted 2,000, dropped 0: DISAGREES',
      '         far end lab1 received 2,000: DISAGREES',
    ]);
    const tolerated = describeLegs([leg(), leg({ missing: 1, agrees: true })]).slice(3);
    assert.match(tolerated.join(), /agrees within 0\.01 %.*received 1,999: 1 missing/);
  });

  it('what was found in any of them is found at the end, with its place', () => {
    const legs = [leg({ message: 'one' }), leg(), leg({ message: 'three' })];
    assert.deepEqual(
      withAllFindings(legs)?.findings.map(({ message }) => message),
      ['part 1: one', 'three'],
    );
  });
});
