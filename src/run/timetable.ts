import type { FrameProgram } from '../compile/program.js';
import { seedOf } from '../compile/random.js';
import type { NativeLane, NativeTimetable } from '../native/index.js';
import { laneTimes } from '../rate/segments.js';
import { recordedLane } from './recorded.js';
import type { LaneSchedule, SchedulePlan } from './schedule.js';

/** What an unpaced run's clock counts by, once somebody gives it a rate. */
export const NOMINAL_PPS = 1e6;
/** Seeds of Poisson's gaps, apart from all others of the same traffic. */
const GAPS = 0x67617073;

/** The schedule as the workers go by it. */
export function timetableOf(
  { isPaced, pacing, late, framesTogether, lanes }: SchedulePlan,
  program: FrameProgram,
): NativeTimetable {
  return {
    lanes: lanes.map((lane, i) => nativeLane(lane, i, program)),
    speed: isPaced ? 1 : Number.POSITIVE_INFINITY,
    pacing,
    late,
    group: framesTogether,
  };
}

/** For frames that wait for nothing. */
export function unpaced(): NativeTimetable {
  return {
    lanes: [{ ...NO_TIMES, ...constant(NOMINAL_PPS) }],
    speed: Number.POSITIVE_INFINITY,
    pacing: 'hybrid',
    late: 'catch-up',
    group: 1,
  };
}

/** A lane without times: over at once. */
export const NO_TIMES: NativeLane = {
  segments: [],
  repeatFrom: 0,
  repeats: 1,
  poissonSeed: null,
  times: null,
  lapNs: 0,
  startNs: 0,
  durationNs: Number.POSITIVE_INFINITY,
  after: -1,
  freeWeight: 0,
};

function constant(rate: number) {
  return laneTimes({ kind: 'constant', rate }, 0n);
}

function nativeLane(lane: LaneSchedule, number: number, program: FrameProgram): NativeLane {
  return {
    ...NO_TIMES,
    ...timesOf(lane, number, program),
    startNs: lane.startNs,
    durationNs: lane.durationNs ?? Number.POSITIVE_INFINITY,
    after: lane.after ?? -1,
  };
}

function timesOf(
  { shape, stream, weight, startNs }: LaneSchedule,
  number: number,
  program: FrameProgram,
): Partial<NativeLane> {
  if (shape?.kind === 'recorded') return recordedLane(program, stream, shape.speed);
  if (shape) return laneTimes(shape, seedOf(program.seed, GAPS, number));
  if (weight === 0) return {}; // no segments: over at once
  const isAll = stream === null && (program.alone ?? []).length === 0;
  return isAll && startNs === 0 ? constant(NOMINAL_PPS) : { freeWeight: weight };
}
