import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { frameStream } from '#src/capture/program.js';
import type { FrameProgram } from '#src/compile/program.js';
import { type NativeLane, type NativeSegment, type NativeTimetable, native } from '#src/native/index.js';
import { NO_TIMES } from '#src/run/timetable.js';
import { Random } from '../support/random.js';

const lane = (changes: Partial<NativeLane>): NativeLane => ({ ...NO_TIMES, ...changes });
const constant = (pps: number, changes: Partial<NativeLane> = {}) =>
  lane({
    segments: [
      { durationNs: Number.POSITIVE_INFINITY, packets: Number.POSITIVE_INFINITY, fromPps: pps, toPps: pps },
    ],
    repeatFrom: 1,
    ...changes,
  });
const table = (lanes: NativeLane[], changes: Partial<NativeTimetable> = {}): NativeTimetable => ({
  lanes,
  speed: 1,
  pacing: 'hybrid',
  late: 'catch-up',
  group: 1,
  ...changes,
});

class Dice extends Random {
  between(low: number, high: number): number {
    return low + (this.whole(0, 1e9) / 1e9) * (high - low);
  }
}

const segment = (durationNs: number, fromPps: number, toPps = fromPps): NativeSegment => ({
  durationNs,
  packets: (durationNs * (fromPps + toPps)) / 2e9,
  fromPps,
  toPps,
});

/** Of all shapes: ramps, steps, silence and bursts at a moment, over and over. At most about 50 frames a millisecond. */
function randomLane(dice: Dice): NativeLane {
  const segments = Array.from({ length: dice.whole(1, 5) }, () => {
    const durationNs = dice.between(1e6, 80e6);
    switch (dice.whole(0, 3)) {
      case 0:
        return segment(durationNs, 0);
      case 1:
        return { durationNs: 0, packets: dice.whole(1, 40), fromPps: 0, toPps: 0 };
      case 2:
        return segment(durationNs, dice.between(100, 50_000), dice.between(0, 50_000));
      default:
        return segment(durationNs, dice.between(100, 50_000));
    }
  });
  return lane({
    segments: [...segments, segment(10e6, 5_000)],
    repeatFrom: dice.whole(0, 1),
    repeats: Infinity,
  });
}

/** How many frames are due by then, by adding up the rates. Independent of the code that is tested. */
function ideal({ segments, repeatFrom }: NativeLane, atNs: number): number {
  let left = atNs;
  let frames = 0;
  for (let i = 0; ; i++) {
    if (i === segments.length) i = repeatFrom;
    const { durationNs, packets, fromPps, toPps } = segments[i] as NativeSegment;
    if (durationNs <= left) {
      frames += packets;
      left -= durationNs;
      continue;
    }
    const slope = (toPps - fromPps) / durationNs;
    return frames + (fromPps * left + (slope * left * left) / 2) / 1e9;
  }
}

const BATCH = 256;

function moments(dice: Dice, count: number, longestNs: number): Float64Array {
  let now = 0;
  return Float64Array.from({ length: count }, () => {
    const at = now;
    now += dice.between(0, longestNs);
    return at;
  });
}

function sums(numbers: Uint32Array): number[] {
  let sum = 0;
  return Array.from(numbers, (number) => {
    sum += number;
    return sum;
  });
}

/** Frames of 60 bytes, all alike. */
const ONE_STREAM = frameStream(
  { bytes: new Uint8Array(60), offsets: Uint32Array.of(0), lengths: Uint32Array.of(60) },
  null,
);
const PROGRAM: FrameProgram = {
  order: 'sequence',
  seed: 1n,
  schedule: Uint32Array.of(0),
  streams: [ONE_STREAM],
};

describe('the pacer, by a simulated clock', () => {
  const program = PROGRAM;
  const dues = (lanes: NativeLane[], worker = 0, workers = 1, most = 2000) =>
    native().dueTimes(program, table(lanes), worker, workers, null, most).dueNs;
  const simulate = (
    timetable: NativeTimetable,
    at: Float64Array,
    speeds: { atNs: number; speed: number }[] = [],
  ) => native().simulatePacer(program, timetable, 0, 1, BATCH, at, speeds);

  it('lets a frame go when it is due, whatever the shape: never one too many or too few', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const dice = new Dice(seed);
      const shape = randomLane(dice);
      const at = moments(dice, 3000, 600_000);
      const sent = sums(simulate(table([shape]), at).released);
      for (const [i, moment] of at.entries()) {
        const difference = (sent[i] ?? 0) - ideal(shape, moment);
        // Frame k is due when k frames have come before it: between N and N + 1 of them are out.
        assert.ok(
          difference > -1e-3 && difference < 1 + 1e-3,
          `seed ${seed}, ${moment} ns: ${difference} frames from the ideal`,
        );
      }
    }
  });

  it('has due times that never go backwards, evenly spaced or drawn', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const shape = randomLane(new Dice(seed));
      for (const poissonSeed of [null, BigInt(seed)]) {
        const times = dues([{ ...shape, poissonSeed }]);
        assert.ok(times.every((time, i) => i === 0 || time >= (times[i - 1] ?? 0)));
      }
    }
  });

  it('gives several workers together exactly the times of one', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const shape = { ...randomLane(new Dice(seed)), poissonSeed: seed % 2 === 0 ? BigInt(seed) : null };
      const one = dues([shape], 0, 1, 1200);
      for (const workers of [2, 3, 7]) {
        const all = Array.from({ length: workers }, (_, w) => [
          ...dues([shape], w, workers, Math.ceil(1200 / workers)),
        ]);
        const merged = all.flat().toSorted((a, b) => a - b);
        assert.deepEqual(merged.slice(0, 1000), [...one.slice(0, 1000)], `seed ${seed}, ${workers} workers`);
      }
    }
  });

  it('makes up for a stall at no more than twice the rate, and is on schedule again', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const dice = new Dice(seed);
      const pps = dice.between(1_000, 200_000);
      const stallNs = dice.between(2e6, 900e6);
      const before = moments(dice, 200, 500_000);
      const again = (before.at(-1) ?? 0) + stallNs;
      const after = moments(dice, 8000, 500_000).map((t) => t + again);
      const at = Float64Array.from([...before, ...after]);
      const { released, skippedNs } = simulate(table([constant(pps)]), at);
      const sent = sums(released);
      assert.equal(skippedNs, 0);
      const atStall = sent[before.length - 1] ?? 0;
      for (const [i, moment] of at.entries()) {
        const now = sent[i] ?? 0;
        assert.ok(now <= (pps * moment) / 1e9 + 1 + 1e-3, `seed ${seed}: ahead of the schedule`);
        if (moment < again) continue;
        const twice = (2 * pps * (moment - again)) / 1e9;
        assert.ok(now - atStall <= twice + pps / 1e3 + 2, `seed ${seed}: a flood after the stall`);
      }
      const end = at.at(-1) ?? 0;
      assert.ok(end - again > stallNs * 1.1, 'time enough to make up for it');
      assert.ok(
        Math.abs((sent.at(-1) ?? 0) - (pps * end) / 1e9) <= 1.01,
        `seed ${seed}: the schedule is lost`,
      );
    }
  });

  it('gives up what is more than a second late', () => {
    const at = Float64Array.from({ length: 40_000 }, (_, i) => i * 100_000 + (i >= 100 ? 3e9 : 0));
    const { released, skippedNs } = simulate(table([constant(10_000)]), at);
    // A second of it is caught up, and the millisecond that is no stall.
    assert.ok(Math.abs(skippedNs - 2e9) < 2e6, `${skippedNs} ns given up of a stall of 3 s`);
    assert.ok(Math.abs((sums(released).at(-1) ?? 0) - (40_000 + 10_000)) <= 12);
  });

  it('with late: skip moves the schedule by what was missed', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const dice = new Dice(seed);
      const shape = randomLane(dice);
      let now = 0;
      const at = Float64Array.from({ length: 3000 }, () => {
        now += dice.whole(0, 99) === 0 ? dice.between(2e6, 300e6) : dice.between(0, 500_000);
        return now;
      });
      const { released, skippedNs } = simulate(table([shape], { late: 'skip' }), at);
      const sent = sums(released).at(-1) ?? 0;
      assert.ok(skippedNs > 0);
      const difference = sent - ideal(shape, now - skippedNs);
      assert.ok(difference > -1e-3 - BATCH && difference <= 1 + 1e-3, `seed ${seed}: ${difference} frames`);
    }
  });

  it('follows every change of speed at once, and exactly', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const dice = new Dice(seed);
      const shape = randomLane(dice);
      const at = moments(dice, 3000, 400_000);
      const changes = Array.from({ length: 10 }, () => ({
        atNs: dice.between(0, at.at(-1) ?? 0),
        speed: dice.between(0.05, 2),
      })).toSorted((a, b) => a.atNs - b.atNs);
      const scheduleAt = (moment: number) =>
        [{ atNs: 0, speed: 1 }, ...changes].reduce((sum, { atNs, speed }, i) => {
          const until = Math.min(moment, changes[i]?.atNs ?? Number.POSITIVE_INFINITY);
          return sum + Math.max(0, until - atNs) * speed;
        }, 0);
      const sent = sums(simulate(table([shape]), at, changes).released);
      for (const [i, moment] of at.entries()) {
        const difference = (sent[i] ?? 0) - ideal(shape, scheduleAt(moment));
        assert.ok(difference > -1e-3 && difference < 1 + 1e-3, `seed ${seed}: ${difference} frames`);
      }
    }
  });

  it('is paced again from where it is when it was at top speed meanwhile', () => {
    const at = Float64Array.from({ length: 3000 }, (_, i) => i * 100_000);
    const { released } = simulate(table([constant(10_000)]), at, [
      { atNs: 99e6, speed: Infinity },
      { atNs: 200e6, speed: 1 },
    ]);
    const sent = sums(released);
    assert.equal(released[1500], BATCH);
    assert.ok(Math.abs((sent[2999] ?? 0) - (sent[2100] ?? 0) - 899) <= 1);
  });

  it('owes a slower rate no more time than it was behind before', () => {
    const at = Float64Array.from({ length: 30_000 }, (_, i) => i * 100_000 + (i >= 1000 ? 5e8 : 0));
    const changeNs = (at[1010] ?? 0) + 1;
    const { released } = simulate(table([constant(1e6)]), at, [{ atNs: changeNs, speed: 1e-3 }]);
    const sent = sums(released);
    const afterNs = (at.at(-1) ?? 0) - changeNs;
    const left = (sent.at(-1) ?? 0) - (sent[1011] ?? 0);
    assert.ok(left <= (afterNs * 1000) / 1e9 + 500 + 2, `${left} frames in ${afterNs} ns at 1 kpps`);
  });

  it('takes the time of a burst that is handed over in parts for no stall', () => {
    const burst = { durationNs: 0, packets: 40 * BATCH, fromPps: 0, toPps: 0 };
    const shape = lane({ segments: [burst, segment(100e6, 0)], repeats: 5 });
    const at = Float64Array.from({ length: 6000 }, (_, i) => i * 100_000);
    const { released, skippedNs } = simulate(table([shape], { late: 'skip' }), at);
    assert.equal(skippedNs, 0);
    assert.equal(sums(released).at(-1), 5 * 40 * BATCH);
  });

  it('ends a shape that has an end at top speed, too', () => {
    const burst = { durationNs: 0, packets: 10, fromPps: 0, toPps: 0 };
    const shape = lane({ segments: [burst, segment(100e6, 0)], repeats: 3 });
    const { released } = simulate(table([shape], { speed: Infinity }), Float64Array.of(0, 1, 2));
    assert.deepEqual([...released], [30, 0, 0]);
  });

  it('releases groups together, at the time of their first frame', () => {
    const at = Float64Array.from({ length: 1000 }, (_, i) => i * 100_000);
    const { released } = simulate(table([constant(10_000)], { group: 16 }), at);
    assert.deepEqual([...released.slice(0, 33)], [16, ...Array(15).fill(0), 16, ...Array(15).fill(0), 16]);
  });

  it('plays recorded times again and again without an error between laps', () => {
    const times = Float64Array.from([0, 1000, 1000, 5000]);
    const due = dues([lane({ times, lapNs: 7000 })], 0, 1, 4001);
    assert.equal(due[3], 5000);
    assert.equal(due[4], 7000);
    assert.equal(due[4000], 7_000_000);
  });

  it('draws gaps whose mean and spread are those of a Poisson process', () => {
    const due = dues([constant(1e6, { poissonSeed: 7n })], 0, 1, 200_000);
    const gaps = Array.from(due.slice(1), (time, i) => time - (due[i] ?? 0));
    const mean = gaps.reduce((a, b) => a + b) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    assert.ok(Math.abs(mean / 1000 - 1) < 0.01, `mean gap ${mean} ns`);
    assert.ok(Math.abs(Math.sqrt(variance) / mean - 1) < 0.02, 'standard deviation = mean');
    assert.ok(Math.abs(gaps.filter((gap) => gap > 1000).length / gaps.length - Math.exp(-1)) < 0.01);
  });
});

describe('lanes of streams with times of their own', () => {
  const program = (counts: (bigint | null)[]): FrameProgram => ({
    ...PROGRAM,
    streams: counts.map((count) => ({ ...ONE_STREAM, count })),
    alone: Uint32Array.from(counts.slice(1).keys(), (i) => i + 1),
  });
  const dueTimes = (counts: (bigint | null)[], lanes: NativeLane[], worker = 0, workers = 1, most = 500) => {
    const { lanes: numbers, dueNs } = native().dueTimes(
      program(counts),
      table(lanes),
      worker,
      workers,
      null,
      most,
    );
    return Array.from(numbers, (number, i) => ({ lane: number, at: dueNs[i] ?? 0 }));
  };

  it('merges them by time', () => {
    const frames = dueTimes([null, null], [constant(1000), constant(3000, { startNs: 100_000 })]);
    assert.ok(frames.every(({ at }, i) => i === 0 || at >= (frames[i - 1]?.at ?? 0)));
    assert.equal(frames.filter((frame) => frame.lane === 1).length, 375);
    assert.equal(frames.find((frame) => frame.lane === 1)?.at, 100_000);
  });

  it('starts one when another ends: where the frame after its last would have been', () => {
    const lanes = [constant(1), constant(1000), constant(2000, { after: 1, startNs: 5e6 })];
    for (const workers of [1, 2, 3]) {
      const all = Array.from({ length: workers }, (_, w) => dueTimes([null, 10n, 4n], lanes, w, workers, 30));
      const second = all
        .flat()
        .filter((frame) => frame.lane === 2)
        .map(({ at }) => at)
        .toSorted((a, b) => a - b);
      assert.deepEqual(second, [15e6, 15.5e6, 16e6, 16.5e6], `${workers} workers`);
    }
  });

  it('ends one after its time, and all when there is nothing left', () => {
    const lanes = [constant(1000, { durationNs: 3e6 }), constant(500, { durationNs: 4e6 })];
    const frames = dueTimes([null, null], lanes);
    assert.deepEqual(
      frames.map(({ lane: number, at }) => [number, at]),
      [
        [0, 0],
        [1, 0],
        [0, 1e6],
        [0, 2e6],
        [1, 2e6],
      ],
    );
  });

  it('starts one after a Poisson process at the same moment, whoever sends its last frame', () => {
    const lanes = [
      constant(1, { poissonSeed: 3n }),
      constant(1, { poissonSeed: 5n }),
      constant(1000, { after: 1 }),
    ];
    const first = [0, 1, 2, 3].map((w) => {
      const frames = dueTimes([0n, 1n, 400n], lanes, w, 4, 500);
      return (frames.find((frame) => frame.lane === 2)?.at ?? Number.NaN) - w * 1e6;
    });
    assert.ok(
      first.every((at) => Math.abs(at - (first[0] ?? 0)) < 1),
      first.join(),
    );
  });

  it('starts one when another ends at top speed, and shares it with those that have no times', () => {
    const lanes = [lane({ freeWeight: 1 }), constant(1000), constant(1000, { after: 1 })];
    const frames = dueTimes([null, 5n, 7n], lanes, 0, 1, 40).map((frame) => frame.lane);
    assert.equal(frames.filter((number) => number === 1).length, 5);
    assert.equal(frames.filter((number) => number === 2).length, 7);
    assert.ok(frames.lastIndexOf(1) < frames.indexOf(2));
    assert.ok(frames.filter((number) => number === 0).length > 20);
  });

  it('fills the time between with a lane that has no times', () => {
    const at = Float64Array.from({ length: 100 }, (_, i) => i * 10_000);
    const lanes = [lane({ freeWeight: 1 }), constant(10_000)];
    const { released } = native().simulatePacer(program([null, null]), table(lanes), 0, 1, 8, at, []);
    assert.ok(released.every((count) => count === 8));
  });

  it('refuses a circle, and another number of lanes than the program has', () => {
    const circle = [constant(1), constant(1, { after: 2 }), constant(1, { after: 1 })];
    assert.throws(() => dueTimes([null, null, null], circle), /timetable\.lanes: expected after/);
    assert.throws(() => dueTimes([null, null], [constant(1)]), /timetable\.lanes: expected one for the mix/);
  });
});
