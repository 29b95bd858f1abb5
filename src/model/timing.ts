/** When frames leave, as data. The words for all of it are read and written by src/rate. */

/** How many in a time. What depends on a frame size or a link is resolved by the plan. */
export type Rate =
  | { readonly unit: 'pps'; readonly value: number }
  /** Bits per second: of frames (l2), or of the wire, preamble and gap included (l1). */
  | { readonly unit: 'bps'; readonly layer: 'l1' | 'l2'; readonly value: number }
  /** Per cent of the line rate. */
  | { readonly unit: 'percent'; readonly value: number }
  /** From the start of a frame to the start of the next one. */
  | { readonly unit: 'gap'; readonly gapNs: number };

/** How frames are spread over time. */
export type Shape =
  | { readonly kind: 'constant'; readonly rate: Rate }
  /** Gaps are drawn from an exponential distribution. */
  | { readonly kind: 'poisson'; readonly rate: Rate }
  /** `packets` frames at `at`, or back to back where that is null; again every `everyNs`; `times` times, or for ever. */
  | {
      readonly kind: 'bursts';
      readonly packets: number;
      readonly everyNs: number;
      readonly at: Rate | null;
      readonly times: number | null;
    }
  | { readonly kind: 'on-off'; readonly onNs: number; readonly offNs: number; readonly rate: Rate }
  /** Linear, or in so many steps of equal length; afterwards `to` holds. */
  | {
      readonly kind: 'ramp';
      readonly from: Rate;
      readonly to: Rate;
      readonly timeNs: number;
      readonly steps: number | null;
    }
  /** One after the other. The last one may have no end; otherwise the stream ends with it. */
  | {
      readonly kind: 'steps';
      readonly steps: readonly { readonly rate: Rate; readonly timeNs: number | null }[];
    }
  /** As a capture has them, `speed` times as fast. */
  | { readonly kind: 'recorded'; readonly speed: number };

/** What a stream says about its own time. Without a shape it has its share of the run's. */
export interface Timing {
  readonly shape?: Shape;
  /** After the start of the run, or, where it follows another stream, after the end of that. Default 0. */
  readonly startNs?: number;
  /** From its own start. */
  readonly durationNs?: number;
  /** Frame sizes added up, FCS included: the most that may leave. */
  readonly bytes?: number;
  /** Name of a stream that starts when this one ends. */
  readonly then?: string;
}
