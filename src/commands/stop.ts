import type { Run } from '../index.js';
import { listenForKeys } from './keys.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** timeout(1) and terminals signal the process and its group: both are one request. */
const SAME_REQUEST_MS = 100;
/** 128 + SIGINT, as shells report it. */
const INTERRUPTED = 130;

/**
 * Everything that ends a run from outside: signals, keys, a reader of our output that went away. A second request
 * while the first is being carried out ends the process at once. Returns the function that lets go again.
 * `say`: shows a line about what a key did.
 */
export function listenForStop(run: Run, say: (line: string) => void): () => void {
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
  const releaseKeys = listenForKeys(run, stop, say);
  return () => {
    releaseKeys();
    for (const signal of SIGNALS) process.off(signal, stop);
  };
}
