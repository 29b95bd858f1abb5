import type { RunPlan } from '../run/plan.js';
import { AGREEMENT } from '../run/summary.js';
import { patienceMs } from '../run/watch.js';
import { formatCount } from '../units.js';
import type { Style } from './page.js';

/** What a counter that we do not own says about ours. */
export interface Verdict {
  readonly text: string;
  readonly style: Style;
}

export interface Comparison {
  readonly sent: number;
  readonly counted: number;
  /** What was sent in the time by which the two readings may be apart: counter and driver decide on it, see lagSeconds(). */
  readonly onTheWay: number;
  /** A difference as large is taken for other traffic. */
  readonly tolerated: number;
  readonly gone: boolean;
  /** Dropped by the device. */
  readonly dropped: number;
}

/** Between the reading of a device and that of our own counters: microseconds, unless others take the CPU between them. */
const SKEW_SECONDS = 0.02;
const ONE_SECOND_MS = 1000;

/**
 * How old a device's statistics may be. Some drivers bring them up to date once a second only: the text output waits as
 * long before it accuses such a device of silence.
 */
export function lagSeconds(driver: string | null): number {
  const ms = patienceMs(driver);
  return ms < ONE_SECOND_MS ? SKEW_SECONDS : ms / 1000;
}

/** Nobody else sends in a lab. */
export function toleratedOf({ target }: RunPlan, sent: number): number {
  return target.kind === 'interface' ? sent * AGREEMENT : 0;
}

/**
 * The two are not read at the same instant, and while frames are sent they differ: by no more than what was sent in the
 * time between. Devices are read before our counters. What they have more is of calls that are not over: a worker counts a
 * frame when its call returns. Once nothing is sent any more, a single frame is a difference.
 */
export function judgeDevice({ sent, counted, onTheWay, tolerated, gone, dropped }: Comparison): Verdict {
  const difference = counted - sent;
  if (gone) return { text: 'gone since', style: 'warn' };
  if (!Number.isFinite(difference)) return { text: 'not comparable', style: 'warn' };
  if (difference === 0) return { text: 'agrees exactly', style: 'good' };
  if (difference < 0 && dropped > 0) return { text: `${formatCount(dropped)} dropped`, style: 'bad' };
  if (Math.abs(difference) <= onTheWay) return { text: underWay(difference), style: 'plain' };
  if (Math.abs(difference) <= tolerated) return { text: 'agrees within 0.01 %', style: 'good' };
  return { text: `DISAGREES by ${thousands(difference)}`, style: 'bad' };
}

/** The same of the far end, where frames arrive. */
export function judgeFarEnd({ sent, counted, onTheWay, gone }: Comparison): Verdict {
  const difference = counted - sent;
  if (gone) return { text: 'gone since', style: 'warn' };
  if (!Number.isFinite(difference)) return { text: 'not comparable', style: 'warn' };
  if (difference === 0) return { text: 'all arrived', style: 'good' };
  if (Math.abs(difference) <= onTheWay) return { text: underWay(difference), style: 'plain' };
  if (difference > 0) return { text: `${thousands(difference)} more than sent`, style: 'bad' };
  const loss = sent > 0 ? (-100 * difference) / sent : 0;
  return { text: `${thousands(difference)} missing, loss ${loss.toPrecision(3)} %`, style: 'bad' };
}

const underWay = (difference: number) =>
  `${thousands(difference)} ${difference < 0 ? 'on their way' : 'being sent'}`;
const thousands = (difference: number) => formatCount(Math.abs(difference));
