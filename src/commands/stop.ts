import type { Run } from '../index.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const CTRL_C = '\u0003';
/** timeout(1) and terminals signal the process and its group: both are one request. */
const SAME_REQUEST_MS = 100;
/** 128 + SIGINT, as shells report it. */
const INTERRUPTED = 130;

/**
 * Everything that ends a run from outside: signals, keys, a reader of our output that went away. A second request
 * while the first is being carried out ends the process at once. Returns the function that lets go again.
 */
export function listenForStop(run: Run): () => void {
  let askedAtMs: number | undefined;
  const stop = () => {
    const nowMs = performance.now();
    if (askedAtMs !== undefined && nowMs - askedAtMs > SAME_REQUEST_MS) process.exit(INTERRUPTED);
    askedAtMs ??= nowMs;
    run.stop();
  };
  const onBrokenPipe = () => run.stop();
  for (const signal of SIGNALS) process.on(signal, stop);
  process.stdout.on('error', onBrokenPipe);
  process.stderr.on('error', onBrokenPipe);
  const releaseKeys = listenForKeys(run, stop);
  return () => {
    releaseKeys();
    for (const signal of SIGNALS) process.off(signal, stop);
  };
}

function listenForKeys(run: Run, stop: () => void): () => void {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) return () => {};
  let paused = false;
  const onData = (data: Buffer) => {
    const key = data.toString();
    if (key === 'q' || key === CTRL_C) stop();
    if (key === ' ') {
      paused = !paused;
      if (paused) run.pause();
      else run.resume();
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
