import type { CaptureRewrite, TrafficModel } from '../model/traffic.js';
import { ZEROS } from '../model/traffic.js';

/** Frames that one capture may have: a period of a program's schedule. addon/capture_file.cc has the same. */
export const MAX_CAPTURE_FRAMES = 1_048_576;

export interface ReplayOptions extends CaptureRewrite {
  readonly file: string;
  /** From the start of the file. */
  readonly limitFrames?: number;
  /** Other hosts in each loop. */
  readonly uniquePerLoop?: boolean;
  /** The recorded times, so many times as fast; null for none: what the run's shape says, else top speed. Default 1. */
  readonly speed?: number | null;
}

/** A capture file as all that is sent, at its own times; RunOptions.loops says how often, and RunOptions.shape at which other rate. */
export function replayTraffic({
  file,
  limitFrames,
  uniquePerLoop,
  speed = 1,
  ...rewrite
}: ReplayOptions): TrafficModel {
  return {
    seed: 1,
    order: 'smooth',
    streams: [
      {
        name: 'capture',
        weight: 1,
        count: null,
        sizes: null,
        headers: [],
        payload: ZEROS,
        flows: null,
        capture: { file, limitFrames: limitFrames ?? null, rewrite, uniquePerLoop: uniquePerLoop ?? false },
        ...(speed !== null && { timing: { shape: { kind: 'recorded', speed } } }),
      },
    ],
  };
}
