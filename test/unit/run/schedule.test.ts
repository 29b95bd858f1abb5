import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { compile } from '#src/compile/compile.js';
import type { Timing } from '#src/model/timing.js';
import type { Stream } from '#src/model/traffic.js';
import { parseShape } from '#src/rate/parse.js';
import { resolveSchedule, type ScheduleOptions, type SchedulePlan } from '#src/run/schedule.js';
import { NOMINAL_PPS, timetableOf, unpaced } from '#src/run/timetable.js';
import { usageError } from '../support/errors.js';
import { modelOf, sizesOf, streamOf } from '../support/model.js';

interface Own extends Omit<Timing, 'shape'> {
  readonly rate?: string;
  readonly weight?: number;
  readonly sizeBytes?: number;
  readonly count?: number;
}

function streamsOf(streams: Readonly<Record<string, Own>>): Stream[] {
  return Object.entries(streams).map(
    ([name, { rate, weight = 1, sizeBytes = 64, count = null, ...timing }]) => {
      const shape = rate === undefined ? {} : { shape: parseShape(rate) };
      const isTimed = rate !== undefined || Object.keys(timing).length > 0;
      const own = isTimed ? { timing: { ...timing, ...shape } } : {};
      return streamOf(['udp'], { name, weight, count, sizes: sizesOf(sizeBytes), ...own });
    },
  );
}

async function scheduleOf(
  streams: Readonly<Record<string, Own>>,
  rate?: string,
  options: ScheduleOptions = {},
  speedMbps: number | null = 10_000,
) {
  const traffic = modelOf(streamsOf(streams));
  const program = await compile(traffic);
  const asked = rate === undefined ? options : { ...options, shape: parseShape(rate) };
  return { schedule: resolveSchedule(asked, traffic, program, speedMbps), program };
}

/** Rates of the lanes by name, the mix first. */
const ratesOf = ({ lanes }: SchedulePlan) =>
  lanes.map(({ name, rate }) => [name ?? 'mix', rate && Number(rate.pps.toPrecision(9))]);

describe('a schedule', () => {
  it('of nothing that was asked waits for nothing', async () => {
    const { schedule, program } = await scheduleOf({ a: {}, b: {} });
    assert.equal(schedule.isPaced, false);
    assert.equal(schedule.rate, null);
    assert.deepEqual(timetableOf(schedule, program), unpaced());
    const [lane] = timetableOf(schedule, program).lanes;
    assert.equal(lane?.segments[0]?.fromPps, NOMINAL_PPS);
  });

  it('of a run’s rate is the mix’s', async () => {
    const { schedule, program } = await scheduleOf({ a: {}, b: { sizeBytes: 192 } }, '102.4Mbps');
    assert.deepEqual(ratesOf(schedule), [['mix', 100_000]]);
    assert.equal(schedule.rate?.bpsL1, 100_000 * 148 * 8);
    assert.equal(schedule.rate?.percentOfLine, 1.184);
    const { speed, lanes, group } = timetableOf(schedule, program);
    assert.deepEqual([speed, lanes.length, group], [1, 1, 1]);
  });

  it('gives the mix what streams with a rate of their own leave', async () => {
    const { schedule, program } = await scheduleOf({ a: { rate: '300kpps' }, b: {}, c: {} }, '1Mpps');
    assert.deepEqual(ratesOf(schedule), [
      ['mix', 700_000],
      ['a', 300_000],
    ]);
    assert.equal(schedule.rate?.pps, 1e6);
    assert.equal(timetableOf(schedule, program).lanes.length, 2);
  });

  it('takes it away in the unit of the rate', async () => {
    // 1518-byte frames take 121.44 of 1000 Mbit/s; the rest is for frames of 64 bytes.
    const { schedule } = await scheduleOf({ a: { rate: '10kpps', sizeBytes: 1518 }, b: {} }, '1Gbps');
    assert.deepEqual(ratesOf(schedule)[0], ['mix', Number(((1e9 - 121.44e6) / 512).toPrecision(9))]);
    assert.ok(Math.abs((schedule.rate?.bpsL2 ?? 0) / 1e9 - 1) < 1e-12);
  });

  it('takes it from each rate of a shape', async () => {
    const { schedule } = await scheduleOf({ a: { rate: '1kpps' }, b: {} }, 'ramp 2kpps to 10kpps in 10s');
    assert.deepEqual(schedule.lanes[0]?.shape, {
      kind: 'ramp',
      from: 1000,
      to: 9000,
      timeNs: 10e9,
      steps: null,
    });
  });

  it('counts those that follow each other once, by the larger', async () => {
    const { schedule, program } = await scheduleOf(
      { a: { rate: '3kpps', durationNs: 1e9, then: 'b' }, b: { rate: '5kpps' }, c: {} },
      '10kpps',
    );
    assert.deepEqual(ratesOf(schedule)[0], ['mix', 5000]);
    assert.deepEqual(
      timetableOf(schedule, program).lanes.map(({ after }) => after),
      [-1, -1, 1],
    );
  });

  it('shares it out to those of a chain as to one: only one of them sends', async () => {
    const chain = { a: { durationNs: 1e9, then: 'b', weight: 1 }, b: { weight: 3, sizeBytes: 192 } };
    const { schedule } = await scheduleOf(chain, '1kpps');
    assert.deepEqual(ratesOf(schedule).slice(1), [
      ['a', Number((1000 / 3).toPrecision(9))],
      ['b', 1000],
    ]);
    assert.equal(schedule.rate?.pps, 1000);
    const { schedule: equal } = await scheduleOf({ a: { count: 5, then: 'b' }, b: {} }, '1kpps');
    assert.deepEqual(ratesOf(equal).slice(1), [
      ['a', 1000],
      ['b', 1000],
    ]);
    const { schedule: bits } = await scheduleOf({ ...chain, c: { weight: 1 } }, '1.28Mbps');
    // 3 × 192 bytes of b and 64 of the mix, at a time.
    assert.deepEqual(ratesOf(bits), [
      ['mix', 250],
      ['a', 250],
      ['b', 750],
    ]);
    assert.ok(Math.abs((bits.rate?.bpsL2 ?? 0) / 1.28e6 - 1) < 1e-9);
  });

  it('gives a stream with a time and no rate its share', async () => {
    const { schedule } = await scheduleOf({ a: { startNs: 1e9, weight: 1 }, b: { weight: 3 } }, '1Mpps');
    assert.deepEqual(ratesOf(schedule), [
      ['mix', 750_000],
      ['a', 250_000],
    ]);
    assert.equal(schedule.lanes[1]?.startNs, 1e9);
  });

  it('lets everything without a rate go as fast as possible, by its weight', async () => {
    const { schedule, program } = await scheduleOf({
      a: { rate: '1kpps' },
      b: { weight: 2 },
      c: { weight: 3 },
      d: { weight: 4, durationNs: 1e9 },
    });
    assert.equal(schedule.rate, null);
    assert.equal(schedule.isPaced, true);
    const { lanes, speed } = timetableOf(schedule, program);
    assert.equal(speed, 1);
    assert.deepEqual(
      lanes.map(({ freeWeight }) => freeWeight),
      [5, 0, 4],
    );
    assert.equal(lanes[2]?.durationNs, 1e9);
  });

  it('has an empty mix where every stream is alone', async () => {
    const { schedule, program } = await scheduleOf({ a: { rate: '1kpps' }, b: { rate: '2kpps' } });
    assert.equal(schedule.rate?.pps, 3000);
    const [mix] = timetableOf(schedule, program).lanes;
    assert.deepEqual([mix?.segments, mix?.freeWeight], [[], 0]);
    // The same sum may be asked for, too.
    const { schedule: same } = await scheduleOf({ a: { rate: '1kpps' }, b: { rate: '2kpps' } }, '3kpps');
    assert.equal(same.rate?.pps, 3000);
  });

  it('gives lanes seeds of their own', async () => {
    const { schedule, program } = await scheduleOf({
      a: { rate: 'poisson 1kpps' },
      b: { rate: 'poisson 1kpps' },
    });
    const seeds = timetableOf(schedule, program).lanes.map(({ poissonSeed }) => poissonSeed);
    assert.equal(new Set(seeds).size, 3);
  });

  it('at top speed forgets about all rates', async () => {
    const { schedule, program } = await scheduleOf({ a: { rate: '1kpps' }, b: {} }, undefined, {
      topSpeed: true,
    });
    assert.equal(timetableOf(schedule, program).speed, Number.POSITIVE_INFINITY);
    assert.equal(schedule.rate, null);
  });

  it('at top speed has no times, and followers only of streams that end by frames', async () => {
    const streams = {
      a: { startNs: 1e9, durationNs: 1e9, then: 'b' },
      b: { rate: '1Tbps', count: 5, then: 'c' },
      c: {},
    };
    const { schedule, program } = await scheduleOf(streams, undefined, { topSpeed: true });
    const lanes = timetableOf(schedule, program).lanes.slice(1);
    assert.deepEqual(
      lanes.map(({ startNs, durationNs, after, freeWeight }) => [startNs, durationNs, after, freeWeight]),
      [
        [0, Number.POSITIVE_INFINITY, -1, 1],
        [0, Number.POSITIVE_INFINITY, -1, 1],
        [0, Number.POSITIVE_INFINITY, 2, 1],
      ],
    );
  });

  it('is plain data', async () => {
    const { schedule } = await scheduleOf({ a: { rate: 'burst 3 every 1ms' }, b: {} }, 'poisson 10kpps');
    assert.deepEqual(JSON.parse(JSON.stringify(schedule)), schedule);
  });
});

describe('what is impossible together is refused with the arithmetic', () => {
  for (const [why, streams, rate, ...says] of [
    [
      'nothing is left',
      { a: { rate: '300kpps' }, b: { rate: '200kpps' }, c: {} },
      '400kpps',
      '--rate 400kpps',
      'a 300.0 kpps + b 200.0 kpps = 500.0 kpps of 400.0 kpps',
      'leaves nothing for the mix',
    ],
    [
      'nothing is left, in bits',
      { a: { rate: '300kpps' }, c: {} },
      '100Mbps',
      'a 153.6 Mbit/s L2 = 153.6 Mbit/s L2 of 100.0 Mbit/s L2',
    ],
    [
      'the sum differs and all have rates',
      { a: { rate: '300kpps' }, b: { rate: '200kpps' } },
      '1Mpps',
      'every stream has a rate of its own, a 300.0 kpps + b 200.0 kpps = 500.0 kpps',
    ],
    [
      'nothing is left beside a chain',
      {
        a: { rate: '400pps' },
        b: { rate: '500pps', count: 5, then: 'c' },
        c: { rate: '2kpps' },
        d: {},
      },
      '1kpps',
      'a 400.0 pps + max(b 500.0 pps, c 2.000 kpps) = 2.400 kpps of 1.000 kpps, which leaves nothing',
    ],
    [
      'a chain is too much',
      { b: { rate: '9Mpps', count: 5, then: 'c' }, c: { rate: '8Mpps' }, d: { rate: '8Mpps' } },
      undefined,
      'max(b 9.000 Mpps, c 8.000 Mpps) + d 8.000 Mpps: 17.00 Mpps is too much',
    ],
    [
      'a ramp begins below',
      { a: { rate: '5kpps' }, b: {} },
      'ramp 1kpps to 10kpps in 1s',
      'a 5.000 kpps = 5.000 kpps of 1.000 kpps',
    ],
    [
      'bursts of the run',
      { a: { rate: '5kpps' }, b: {} },
      'burst 10 every 1ms',
      'cannot be taken out of bursts',
    ],
    [
      'a share of a changing rate',
      { a: { startNs: 1e9 }, b: {} },
      'ramp 1kpps to 10kpps in 1s',
      'stream a has a time of its own',
    ],
    [
      'a stream’s own rate is too much',
      { a: { rate: '20Gbps' } },
      undefined,
      'stream a: rate 20Gbps',
      'at most 10.00 Gbit/s',
    ],
    [
      'the sum is too much',
      { a: { rate: '8Mpps' }, b: { rate: '8Mpps' } },
      undefined,
      'a 8.000 Mpps + b 8.000 Mpps',
      '16.00 Mpps is too much',
    ],
    ['the run’s rate is too much', { a: {} }, '1Tbps', '--rate 1Tbps: 1.953 Gpps is too much'],
    ['recorded times of no capture', { a: {} }, 'recorded', 'recorded: expected traffic of one capture'],
  ] as const) {
    it(why, async () => {
      await assert.rejects(scheduleOf(streams, rate), usageError(...says));
    });
  }

  it('per cent of an unknown line', async () => {
    await assert.rejects(scheduleOf({ a: {} }, '40%', {}, null), usageError('--rate 40%', '--line-rate 10G'));
    const { schedule } = await scheduleOf({ a: {} }, '40%', { lineRateBps: 10e9 }, null);
    assert.equal(schedule.rate?.percentOfLine, 40);
  });

  it('words and numbers that are none', async () => {
    for (const [options, says] of [
      [{ pacing: 'fast' }, '--pacing fast: expected hybrid, spin or sleep'],
      [{ late: 'never' }, '--late never: expected catch-up or skip'],
      [{ lineRateBps: 0 }, '--line-rate 0'],
      [{ warmupNs: -1 }, '--warmup -1'],
      [{ topSpeed: true, shape: parseShape('1kpps') }, '--top-speed exclude each other'],
    ] as const)
      await assert.rejects(scheduleOf({ a: {} }, undefined, options as ScheduleOptions), usageError(says));
  });
});

test('a start delay of the run is that of every lane that the run starts', async () => {
  const traffic = modelOf([
    streamOf(['udp'], { name: 'a', timing: { shape: parseShape('1kpps'), startNs: 5, then: 'b' }, count: 3 }),
    streamOf(['udp'], { name: 'b', timing: { shape: parseShape('1kpps') } }),
    streamOf(['udp'], { name: 'c' }),
  ]);
  const { lanes } = resolveSchedule({ startNs: 100 }, traffic, await compile(traffic), null);
  assert.deepEqual(
    lanes.map(({ startNs }) => startNs),
    [100, 105, 0],
  );
  const both = { startNs: 100, warmupNs: 100 };
  const program = await compile(traffic);
  assert.throws(() => resolveSchedule(both, traffic, program, null), usageError('exclude each other'));
});
