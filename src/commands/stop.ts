const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** timeout(1) and terminals signal the process and its group: both are one request. */
const SAME_REQUEST_MS = 100;
/** 128 + SIGINT, as shells report it. */
const INTERRUPTED = 130;

/**
 * Everything that ends a run from outside: signals, keys, a reader of our output that went away. A second request
 * while the first is being carried out ends the process at once. Returns the function that lets go again.
 * `listenForKeys`: is told what asks for the end, and returns the function that lets go.
 */
export function listenForStop(
  run: { stop(): void },
  listenForKeys: (stop: () => void) => () => void,
): () => void {
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
  const releaseKeys = listenForKeys(stop);
  return () => {
    releaseKeys();
    for (const signal of SIGNALS) process.off(signal, stop);
  };
}
