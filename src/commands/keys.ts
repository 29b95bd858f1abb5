import { formatPps, messageOf, type Run, type Snapshot } from '../index.js';
import { RecentRate } from '../run/recent-rate.js';
import { isForeground } from '../system/foreground.js';
import { setRawMode } from '../system/terminal.js';

const CTRL_C = '\u0003';
const STEP = 1.1;
/** What is asked is what is shown. */
const SHOWN_DIGITS = 4;
/** How often the rate is looked at from which a run without one begins to have one. */
const LOOK_MS = 250;

/**
 * Space, + and −, q where stdin is a terminal. Returns the function that lets go again. Who is in the background leaves the
 * terminal to others: changing it would stop the process.
 */
export function listenForKeys(run: Run, stop: () => void, say: (line: string) => void): () => void {
  const { stdin } = process;
  if (!stdin.isTTY || !isForeground()) return () => {};
  const recent = new RecentRate();
  const looking = setInterval(() => recent.observe(run.snapshot()), LOOK_MS).unref();
  let paused = false;
  const onKey = (key: string) => {
    if (key === ' ') {
      paused = !paused;
      if (paused) run.pause();
      else run.resume();
    }
    if (key === '+' || key === '=') say(changeRate(run, STEP, () => recent.pps));
    if (key === '-') say(changeRate(run, 1 / STEP, () => recent.pps));
  };
  const onData = (data: Buffer) => {
    for (const key of data.toString()) {
      if (key === 'q' || key === CTRL_C) stop();
      else sayErrors(() => onKey(key), say);
    }
  };
  setRawMode(true);
  stdin.on('data', onData);
  stdin.resume();
  return () => {
    clearInterval(looking);
    stdin.off('data', onData);
    setRawMode(false);
    stdin.pause();
  };
}

function sayErrors(action: () => void, say: (line: string) => void): void {
  try {
    action();
  } catch (error) {
    say(messageOf(error));
  }
}

/** A run, or a series of them. */
export interface Steered {
  snapshot(): Pick<Snapshot, 'askedPps' | 'speed'>;
  setRate(pps: number): void;
}

/** `recentPps`: where a run that had no rate begins. @returns what to say about it. */
export function changeRate(run: Steered, factor: number, recentPps: () => number): string {
  const { askedPps, speed } = run.snapshot();
  if (speed === null && factor > 1) return 'already as fast as possible';
  const pps = askedPps ?? recentPps();
  if (pps === 0) return 'rate unchanged: nothing is being sent';
  const changed = Number((pps * factor).toPrecision(SHOWN_DIGITS));
  try {
    run.setRate(changed);
    return `rate ${formatPps(pps)} → ${formatPps(changed)}`;
  } catch (error) {
    return `rate unchanged: ${messageOf(error)}`;
  }
}
