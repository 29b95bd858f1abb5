import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Evidence, HeldLimit, lagOf, limitOf, timesOf } from '#src/tui/limit.js';
import { worker } from '../support/samples.js';

const SPLIT = { fillNs: 12, entryNs: 10, kernelNs: 378, roomNs: 0, idleNs: 0, offCpuNs: 2 };

/** One second of a worker that sends 2.5 million frames of 64 bytes as fast as it can. */
function evidence({
  figures,
  times,
  lag,
  ...rest
}: Partial<{ [Key in keyof Evidence]: Partial<Evidence[Key]> }> = {}) {
  return {
    figures: {
      pps: 2.5e6,
      bpsL1: 1.68e9,
      nsPerPacket: 402,
      split: SPLIT,
      syscalls: 39_062,
      busy: 0,
      ...figures,
    },
    times: { seconds: 1, idleSeconds: 0, roomSeconds: 0, offCpuSeconds: 0, stolenSeconds: 0, ...times },
    lag: { behindNs: 0, skippedNs: 0, ...lag },
    askedPps: null,
    lineRateBps: null,
    ...rest,
  } as Evidence;
}

const CASES: readonly [name: string, Evidence, by: string, why: RegExp][] = [
  ['nothing in the way', evidence(), 'engine', /^94 % of a packet's 402 ns are the kernel's send path$/],
  ['nothing measured', evidence({ figures: { split: null } }), 'engine', /^a packet takes it 402 ns$/],
  [
    'making frames takes most',
    evidence({ figures: { split: { ...SPLIT, fillNs: 300, kernelNs: 90 } } }),
    'engine',
    /^75 % of a packet's 402 ns are making frames$/,
  ],
  [
    'calls take most',
    evidence({ figures: { split: { ...SPLIT, entryNs: 201, kernelNs: 189 } } }),
    'engine',
    /^50 % of a packet's 402 ns are entry into the kernel$/,
  ],
  ['99 % of what is asked', evidence({ askedPps: 2.525e6 }), 'rate', /^kept$/],
  ['all that is asked, on a full line', evidence({ askedPps: 2.5e6, lineRateBps: 1.68e9 }), 'rate', /^kept$/],
  ['less than 99 % of what is asked', evidence({ askedPps: 2.526e6 }), 'engine', /kernel/],
  ['99.5 % of the line', evidence({ lineRateBps: 1.68e9 / 0.995 }), 'line', /^99.5 % of line rate/],
  ['less than 99.5 % of the line', evidence({ lineRateBps: 1.68e9 / 0.9949 }), 'engine', /kernel/],
  ['more than a line carries', evidence({ lineRateBps: 1e9 }), 'engine', /kernel/],
  [
    'no room for a tenth of the time',
    evidence({ times: { roomSeconds: 0.1 } }),
    'device',
    /^10 % of the time/,
  ],
  ['room for more than nine tenths', evidence({ times: { roomSeconds: 0.099 } }), 'engine', /kernel/],
  [
    'most calls refused',
    evidence({ figures: { busy: 30_000 } }),
    'device',
    /^77 % of the calls found no room$/,
  ],
  ['half of the calls refused', evidence({ figures: { busy: 19_531 } }), 'engine', /kernel/],
  ['no calls', evidence({ figures: { busy: 0, syscalls: 0 } }), 'engine', /kernel/],
  [
    'CPU shared',
    evidence({ times: { offCpuSeconds: 0.08, stolenSeconds: 0.02 } }),
    'CPU',
    /^others had the CPU 10 % of the time$/,
  ],
  [
    'CPU stolen',
    evidence({ times: { stolenSeconds: 0.3 } }),
    'CPU',
    /^a hypervisor had the CPU 30 % of the time$/,
  ],
  ['room before CPU', evidence({ times: { stolenSeconds: 0.3, roomSeconds: 0.2 } }), 'device', /^20 %/],
  [
    'bursts',
    evidence({ askedPps: 5e6, times: { idleSeconds: 0.5 } }),
    'rate',
    /^waits for its rate, and keeps up$/,
  ],
  [
    'others had the CPU and the rate is kept',
    evidence({ askedPps: 2.5e6, times: { offCpuSeconds: 0.5 } }),
    'rate',
    /^kept$/,
  ],
  [
    'waiting, and others had the CPU at times',
    evidence({ askedPps: 5e6, times: { idleSeconds: 0.5, offCpuSeconds: 0.2 } }),
    'rate',
    /keeps up/,
  ],
  [
    'behind, as others had the CPU',
    evidence({ askedPps: 5e6, times: { idleSeconds: 0.2, offCpuSeconds: 0.45 }, lag: { behindNs: 213e6 } }),
    'CPU',
    /^behind by 213 ms: others had the CPU 45 % of the time$/,
  ],
  [
    'behind, and catching up at more than is asked',
    evidence({ askedPps: 2.4e6, lag: { behindNs: 999.99e6 } }),
    'engine',
    /^behind by 1 s: 94 % of a packet/,
  ],
  [
    'left out what was late',
    evidence({ askedPps: 5e6, times: { idleSeconds: 0.3, stolenSeconds: 0.4 }, lag: { skippedNs: 400e6 } }),
    'CPU',
    /^400 ms were given up just now: a hypervisor had the CPU 40 % of the time$/,
  ],
  [
    'behind by less than anybody sees',
    evidence({ askedPps: 2.5e6, lag: { behindNs: 9e6 } }),
    'rate',
    /^kept$/,
  ],
  ['behind, and no rate any more', evidence({ lag: { behindNs: 213e6 } }), 'engine', /^94 % of a packet's/],
  ['waiting is no excuse', evidence({ askedPps: 5e6, times: { idleSeconds: 0.05 } }), 'engine', /kernel/],
];

for (const [name, given, by, why] of CASES) {
  test(`${name}: limited by ${by}`, () => {
    const limit = limitOf(given);
    assert.equal(limit?.by, by);
    assert.match(limit?.why ?? '', why);
  });
}

test('nothing is said before the first packet', () => {
  assert.equal(
    limitOf(evidence({ figures: { pps: 0, bpsL1: 0, nsPerPacket: null, split: null, syscalls: 0 } })),
    null,
  );
  const nothing = { seconds: 0, idleSeconds: 0, roomSeconds: 0, offCpuSeconds: 0, stolenSeconds: 0 };
  assert.equal(limitOf({ ...evidence({ figures: { nsPerPacket: Number.NaN } }), times: nothing }), null);
});

test('times are those between two snapshots, of all workers', () => {
  const before = worker({
    seconds: 1,
    idleSeconds: 0.5,
    roomSeconds: 0.1,
    offCpuSeconds: 0.2,
    stolenSeconds: 0.01,
  });
  const now = worker({
    seconds: 3,
    idleSeconds: 1,
    roomSeconds: 0.4,
    offCpuSeconds: 0.3,
    stolenSeconds: 0.02,
  });
  const other = worker({ seconds: 4, idleSeconds: 2 });
  assert.deepEqual(
    timesOf([
      [before, now],
      [undefined, other],
    ]),
    {
      seconds: 6,
      idleSeconds: 2.5,
      roomSeconds: 0.30000000000000004,
      offCpuSeconds: 0.09999999999999998,
      stolenSeconds: 0.01,
    },
  );
});

test('what others had while nothing was due is idle time: the parts are no more than the whole', () => {
  const paced = worker({
    seconds: 1,
    cpuSeconds: 0.1,
    idleSeconds: 0.907,
    roomSeconds: 0,
    offCpuSeconds: 0.638,
  });
  const { seconds, idleSeconds, roomSeconds, offCpuSeconds } = timesOf([[undefined, paced]]);
  assert.ok(idleSeconds + roomSeconds + offCpuSeconds <= seconds);
  assert.equal(idleSeconds, 0.907);
  assert.equal(offCpuSeconds.toFixed(4), (0.638 * (0.093 / 0.738)).toFixed(4));
});

test('the worker that is worst off tells how late all are', () => {
  const lag = lagOf([
    [worker({ skippedNs: 5e6 }), worker({ skippedNs: 8e6, behindNs: 2e6 })],
    [undefined, worker({ skippedNs: 1e6, behindNs: 7e6 })],
  ]);
  assert.deepEqual(lag, { behindNs: 7e6, skippedNs: 3e6 });
});

test('a limit is shown until it has not held for two seconds', () => {
  const held = new HeldLimit();
  const kept = { by: 'rate', why: 'kept' } as const;
  const cpu = (share: number) => ({ by: 'CPU', why: `others had the CPU ${share} % of the time` }) as const;
  const shown = (limit: typeof kept | ReturnType<typeof cpu> | null, seconds: number) => {
    held.observe(limit, seconds);
    return held.shown?.why;
  };
  assert.equal(shown(kept, 1), 'kept');
  assert.equal(shown(cpu(20), 1.25), 'kept');
  assert.equal(shown(kept, 2), 'kept');
  assert.equal(shown(cpu(20), 2.25), 'kept');
  assert.equal(shown(null, 3), 'kept');
  assert.equal(shown(cpu(20), 3.75), 'kept');
  assert.equal(shown(cpu(25), 4), 'others had the CPU 25 % of the time');
  assert.equal(shown(cpu(30), 4.25), 'others had the CPU 30 % of the time');
  assert.equal(shown(kept, 4.5), 'others had the CPU 30 % of the time');
  held.reset();
  assert.equal(shown(kept, 4.75), 'kept');
});
