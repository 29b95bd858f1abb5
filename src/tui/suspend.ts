import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunSeries } from '../run/series.js';
import type { Screen } from './screen.js';

/** Where nobody can continue us, as in a process group without a shell, the kernel does not stop us either. */
const NOT_STOPPED_MS = 200;
/** As kill(2) has it: the process and those with it. */
const GROUP = 0;

/** Stops the process as other programs do, and has the terminal again when it goes on. Nothing is sent meanwhile. */
export class Suspension {
  private isStopping = false;
  private isOver = false;

  constructor(
    private readonly series: Pick<RunSeries, 'isPaused' | 'pause' | 'resume'>,
    private readonly screen: Pick<Screen, 'take' | 'release'>,
  ) {}

  /** From now on SIGTSTP does it, too. */
  listen(): void {
    process.on('SIGTSTP', this.onSignal);
    process.on('SIGCONT', this.onContinued);
  }

  close(): void {
    this.isOver = true;
    process.off('SIGTSTP', this.onSignal);
    process.off('SIGCONT', this.onContinued);
  }

  /** With those in its process group, as the terminal does at Ctrl-Z. Resolves when they go on. */
  async stop(whom: number = GROUP): Promise<void> {
    if (this.isStopping) return;
    this.isStopping = true;
    const { series, screen } = this;
    const wasPaused = series.isPaused;
    series.pause();
    screen.release();
    process.off('SIGTSTP', this.onSignal); // its default is to stop
    await stopUntilContinued(whom);
    this.isStopping = false;
    if (this.isOver) return; // the terminal is no longer ours
    process.on('SIGTSTP', this.onSignal);
    screen.take();
    if (!wasPaused) series.resume();
  }

  /** Whoever sent it to others as well has stopped those. */
  private readonly onSignal = () => void this.stop(process.pid);

  /** After a SIGSTOP, which nobody is told of, the terminal may be as the shell wants it. */
  private readonly onContinued = () => {
    if (this.isStopping) return;
    this.screen.release();
    this.screen.take();
  };
}

async function stopUntilContinued(whom: number): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const continued = once(process, 'SIGCONT', { signal }).catch(() => undefined);
  process.kill(whom, 'SIGTSTP');
  await Promise.race([continued, sleep(NOT_STOPPED_MS, undefined, { signal }).catch(() => undefined)]);
  waiting.abort();
}
