import { messageOf, PktgenError } from '../errors.js';

/** What stands between a terminal that is not as it was and the end of the process. */
export interface Guard {
  /** Rejects with what nobody caught. */
  readonly failed: Promise<never>;
  release(): void;
}

/** `restore` is called before anything else happens: at the exit of the process, and when something was not caught. */
export function guardProcess(restore: () => void): Guard {
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {}); // whoever waits for it hears of it
  const tryToRestore = () => {
    try {
      restore();
    } catch {
      // What went wrong first is what is told.
    }
  };
  const onError = (error: unknown) => {
    tryToRestore();
    fail(asDefect(error));
  };
  process.on('exit', tryToRestore);
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);
  return {
    failed,
    release() {
      process.off('exit', tryToRestore);
      process.off('uncaughtException', onError);
      process.off('unhandledRejection', onError);
    },
  };
}

/** An error that is right where it is caught is a defect where it is not. */
function asDefect(error: unknown): unknown {
  return error instanceof PktgenError ? new Error(messageOf(error), { cause: error }) : error;
}
