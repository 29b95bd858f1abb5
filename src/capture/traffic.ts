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
}

/** A capture file as all that is sent; RunOptions.loops says how often. */
export function replayTraffic({ file, limitFrames, uniquePerLoop, ...rewrite }: ReplayOptions): TrafficModel {
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
      },
    ],
  };
}
