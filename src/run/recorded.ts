import type { FrameProgram, RecordedTimes } from '../compile/program.js';
import { UsageError } from '../errors.js';
import type { TrafficModel } from '../model/traffic.js';
import type { NativeLane } from '../native/index.js';
import { formatShape } from '../rate/format.js';
import { SPEED } from '../rate/parse.js';
import type { SchedulePlan } from './schedule.js';

/**
 * The lane of a stream whose frames leave as its capture has them, `speed` times as fast; `stream` null for the mix, where
 * that is one capture and nothing else. From the run's start, without an end: the caller knows better.
 * @throws UsageError where the traffic is no capture, or another speed than 1 was asked of one without gaps.
 */
export function recordedLane(program: FrameProgram, stream: number | null, speed: number): NativeLane {
  const { timesNs, lapNs } = timesAt(program, stream, speed);
  return {
    segments: [],
    repeatFrom: 0,
    repeats: 1,
    poissonSeed: null,
    times: lapNs === 0 ? null : timesNs.map((timeNs) => timeNs / speed),
    lapNs: lapNs / speed,
    startNs: 0,
    durationNs: Number.POSITIVE_INFINITY,
    after: -1,
    freeWeight: lapNs === 0 ? 1 : 0,
  };
}

/** Frames per second over whole laps; null where the capture has no gaps. @throws UsageError as recordedLane() does */
export function recordedMeanPps(program: FrameProgram, stream: number | null, speed: number): number | null {
  const { timesNs, lapNs } = timesAt(program, stream, speed);
  return lapNs === 0 ? null : (timesNs.length * 1e9 * speed) / lapNs;
}

/** What a reader of the plan should know about times that are kept, or cannot be. */
export function noteRecorded(
  { asked, isPaced, lanes }: SchedulePlan,
  { streams }: TrafficModel,
  { recorded = [] }: FrameProgram,
): string[] {
  const isAsked = (stream: number | null) =>
    stream === null ? asked?.startsWith('recorded') : streams[stream]?.timing?.shape?.kind === 'recorded';
  const isTopSpeed = !isPaced && asked === null;
  if (isTopSpeed) return [];
  const kept = lanes.filter(({ stream }) => isAsked(stream)).map(({ stream }) => stream);
  return recorded.filter(({ stream }) => kept.includes(stream)).flatMap(({ notes }) => notes);
}

function timesAt(program: FrameProgram, stream: number | null, speed: number): RecordedTimes {
  const times = recordedTimes(program, stream, speed);
  if (!(speed >= SPEED.least && speed <= SPEED.most))
    throw new UsageError(`recorded ${speed}x: expected a speed from ${SPEED.least}x to ${SPEED.most}x`);
  if (times.lapNs > 0 || speed === 1) return times;
  const why = times.timesNs.length === 1 ? 'has a single frame' : 'has frames of one and the same time';
  throw new UsageError(
    `recorded ${speed}x: ${times.file} ${why}, so that there are no gaps to keep; expected a rate, such as 1kpps`,
  );
}

function recordedTimes({ recorded }: FrameProgram, stream: number | null, speed: number): RecordedTimes {
  const times = recorded?.find((one) => one.stream === stream);
  if (times) return times;
  const shape = formatShape({ kind: 'recorded', speed });
  throw new UsageError(
    stream === null
      ? `--rate ${shape}: expected traffic of one capture file and nothing else; only a capture has times`
      : `${shape}: expected a stream with a capture; only a capture has times`,
  );
}
