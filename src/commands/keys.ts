import { setTimeout as sleep } from 'node:timers/promises';
import { formatPps, messageOf, type Run, totalFigures } from '../index.js';

const CTRL_C = '\u0003';
const STEP = 1.1;
/** What is asked is what is shown. */
const SHOWN_DIGITS = 4;
/** Without a rate of its own a run begins to have the one that it has now. */
const LOOK_MS = 100;

/** Space, + and −, q in a terminal. Returns the function that lets go again. */
export function listenForKeys(run: Run, stop: () => void, say: (line: string) => void): () => void {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) return () => {};
  let paused = false;
  const onKey = async (key: string) => {
    if (key === ' ') {
      paused = !paused;
      if (paused) run.pause();
      else run.resume();
    }
    if (key === '+' || key === '=') say(await changeRate(run, STEP));
    if (key === '-') say(await changeRate(run, 1 / STEP));
  };
  // Keys that come together, as a terminal that was busy sends them, follow each other; those that stop wait for none.
  let last = Promise.resolve();
  const onData = (data: Buffer) => {
    for (const key of data.toString()) {
      if (key === 'q' || key === CTRL_C) stop();
      else last = last.then(() => onKey(key)).catch((error) => say(messageOf(error)));
    }
  };
  stdin.setRawMode(true);
  stdin.on('data', onData);
  stdin.resume();
  return () => {
    stdin.off('data', onData);
    stdin.setRawMode(false);
    stdin.pause();
  };
}

/** What to say about it. */
async function changeRate(run: Run, factor: number): Promise<string> {
  const pps = run.snapshot().askedPps ?? (await presentPps(run));
  if (pps === 0) return 'rate unchanged: nothing is being sent';
  const changed = Number((pps * factor).toPrecision(SHOWN_DIGITS));
  try {
    run.setRate(changed);
    return `rate ${formatPps(pps)} → ${formatPps(changed)}`;
  } catch (error) {
    return `rate unchanged: ${messageOf(error)}`;
  }
}

async function presentPps(run: Run): Promise<number> {
  const before = run.snapshot();
  await sleep(LOOK_MS);
  return totalFigures(before, run.snapshot()).pps;
}
