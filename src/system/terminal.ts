import { isatty } from 'node:tty';

const STANDARD_FDS = [0, 1, 2];

/**
 * Changes the mode of the terminal of standard input. One that is gone has none: that is no error, as SIGHUP, and what is
 * written to it, tell of that.
 */
export function setRawMode(isRaw: boolean): void {
  const { stdin } = process;
  stdin.off('error', ignored).on('error', ignored); // a read may find out as well, and at any time
  stdin.setRawMode(isRaw);
}

function ignored(): void {}

/**
 * From now on a process whose terminal has gone ends by SIGHUP, whatever it was about to end with. Node resets the terminals
 * that it began with at its end, and aborts where one of them cannot be (ResetStdio in its src/node.cc).
 */
export function endWithTerminal(): void {
  const terminals = STANDARD_FDS.filter((fd) => isatty(fd));
  process.on('exit', () => {
    if (terminals.every((fd) => isatty(fd))) return;
    process.removeAllListeners('SIGHUP');
    process.kill(process.pid, 'SIGHUP');
  });
}
