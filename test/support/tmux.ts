import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PATIENCE, ROOT } from './pktgen.js';
import { type Ending, readState, STATE_FORMAT, type TerminalState } from './terminal-state.js';

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** $TERM of the command. What tmux understands stays the same: another terminal's quirks are not played. */
  readonly term?: string;
  /** $LC_ALL of the command. */
  readonly locale?: string;
  /** So long at most the terminal lives, whatever becomes of its test. */
  readonly lifetimeSeconds?: number;
  /** Default: the root of the project. */
  readonly directory?: string;
  /** Beside what the test itself has; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const EXECUTE = promisify(execFile);
const WAIT_MS = 10_000 * PATIENCE;
const POLL_MS = 30;
const LIFETIME_SECONDS = 180 * PATIENCE;
const MOST_TEXT_BYTES = 1 << 24;

/**
 * Runs the command and stays in the terminal after it, so that one can look at what it left behind. A handler, and not
 * "ignored", which the command would inherit.
 */
const KEEPER = `
  trap : INT TERM HUP QUIT
  dir=$1; shift
  echo $$ > "$dir/keeper"
  sh -c 'echo $$ > "$0/starting"; mv "$0/starting" "$0/pid"; exec "$@"' "$dir" "$@" 2> "$dir/stderr"
  echo $? > "$dir/ending"
  mv "$dir/ending" "$dir/status"
  exec sleep ${LIFETIME_SECONDS}`;

/** Why tests in a terminal cannot run here; false when they can. */
export const needsTmux: string | false = hasTmux() ? false : 'tmux is not installed';

/** A command in a terminal of its own: a private tmux server with one pane and nothing around it. */
export class Terminal {
  private readonly directory = mkdtempSync(path.join(tmpdir(), 'pktgen-tmux-'));
  private readonly socket = path.join(this.directory, 'socket');
  private isOpen = true;

  private constructor(private readonly env: NodeJS.ProcessEnv) {
    OPEN.add(this);
  }

  static async start(command: readonly string[], options: TerminalOptions = {}): Promise<Terminal> {
    const { columns = 80, rows = 24, term = 'tmux-256color', locale = 'C.UTF-8' } = options;
    const { directory = ROOT, lifetimeSeconds = LIFETIME_SECONDS, env = {} } = options;
    const variables = { ...process.env, NO_COLOR: undefined, LC_ALL: locale, SHELL: '/bin/sh', ...env };
    const terminal = new Terminal(variables);
    const size = ['-x', String(columns), '-y', String(rows)];
    const settings = [
      ['start-server'],
      ['set-option', '-g', 'status', 'off'],
      ['set-option', '-g', 'history-limit', '5000'],
      ['set-option', '-s', 'escape-time', '0'],
      ['new-session', '-d', ...size, '-c', directory, ...terminal.words(term, command)],
      ['set-option', '-g', 'window-size', 'manual'], // tmux 3.3 crashes when this comes before the first window
      ['run-shell', '-b', '-d', String(lifetimeSeconds), '-C', 'kill-server'],
    ];
    try {
      await terminal.tmux(...settings.flatMap((words, i) => (i === 0 ? words : [';', ...words])));
      await until(() => existsSync(terminal.file('pid')));
    } catch (error) {
      terminal.close();
      throw error;
    }
    return terminal;
  }

  private words(term: string, command: readonly string[]): string[] {
    // What tmux tells its panes about itself would not be there in another terminal.
    const own = ['TMUX', 'TMUX_PANE', 'TERM_PROGRAM', 'TERM_PROGRAM_VERSION'];
    const unset = /^(tmux|screen)/.test(term) ? [] : own.flatMap((name) => ['-u', name]);
    const as = ['env', ...unset, `TERM=${term}`, ...command];
    return ['--', 'sh', '-c', KEEPER, 'sh', this.directory, ...as];
  }

  /** Of the command, while it runs. */
  get pid(): number {
    return Number(readFileSync(this.file('pid'), 'utf8'));
  }

  /** Keys by tmux's names, such as "q", "Space", "C-c", "F1", "Up". */
  async keys(...names: readonly string[]): Promise<void> {
    await this.tmux('send-keys', '-t', ':', ...names);
  }

  /** Characters as they are. */
  async type(text: string): Promise<void> {
    await this.tmux('send-keys', '-t', ':', '-l', text);
  }

  /** From the clipboard: with marks around it, where the command asked for them. */
  async paste(text: string): Promise<void> {
    await this.tmux('set-buffer', text);
    await this.tmux('paste-buffer', '-p', '-t', ':');
  }

  /**
   * A button pressed and let go, as terminals with SGR mouse reports (mode 1006) tell it. 0 is the left one, 64 and 65 are the
   * wheel. Columns and rows from 0.
   */
  async click(column: number, row: number, button = 0): Promise<void> {
    const place = `${column + 1};${row + 1}`;
    const release = button < 64 ? `\u001b[<${button};${place}m` : '';
    const bytes = Buffer.from(`\u001b[<${button};${place}M${release}`);
    await this.tmux('send-keys', '-t', ':', '-H', ...[...bytes].map((byte) => byte.toString(16)));
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.tmux('resize-window', '-t', ':', '-x', String(columns), '-y', String(rows));
  }

  /** The lines of the screen as they are seen now, without spaces at their ends. */
  async lines(): Promise<string[]> {
    return linesOf(await this.tmux('capture-pane', '-p', '-t', ':'));
  }

  /** The screen with its colours as escape sequences, spaces at the ends of lines included. */
  async coloured(): Promise<string[]> {
    return linesOf(await this.tmux('capture-pane', '-p', '-e', '-N', '-t', ':'));
  }

  /** Resolves when the screen shows this, with what was found. What may cross lines has to say so: \s. */
  async see(pattern: RegExp, waitMs = WAIT_MS): Promise<RegExpExecArray> {
    let seen: string[] = [];
    const match = await until(async () => {
      seen = await this.lines();
      return pattern.exec(seen.join('\n'));
    }, waitMs);
    if (match) return match;
    throw new Error(
      `not seen within ${waitMs} ms: ${pattern}; the screen is\n${seen.join('\n')}\n${this.errors()}`,
    );
  }

  /** Resolves when the screen does not show this any more. */
  async seeNo(pattern: RegExp, waitMs = WAIT_MS): Promise<void> {
    let seen = '';
    const isGone = async () => {
      seen = (await this.lines()).join('\n');
      return !pattern.test(seen);
    };
    if (!(await until(isGone, waitMs))) throw new Error(`still seen: ${pattern}; the screen is\n${seen}`);
  }

  async state(): Promise<TerminalState> {
    return readState(await this.tmux('display-message', '-p', STATE_FORMAT));
  }

  /** Sends a signal to the command, and to nobody else. */
  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /**
   * Takes the terminal away, as closing its window does. The kernel tells the first process of a terminal, and that is
   * the one to tell its commands: shells do. Only status() works after that.
   */
  async hangUp(): Promise<void> {
    const { pid } = this;
    await this.vanish();
    process.kill(pid, 'SIGHUP');
  }

  /** The same, where nobody tells the command. */
  async vanish(): Promise<void> {
    await this.tmux('kill-pane', '-t', ':');
  }

  /** Resolves with the exit status of the command when it has ended. */
  async status(waitMs = WAIT_MS): Promise<number> {
    const file = this.file('status');
    if (await until(() => existsSync(file), waitMs)) return Number(readFileSync(file, 'utf8'));
    const seen = await this.lines().catch(() => ['(none)']);
    throw new Error(`not ended within ${waitMs} ms; the screen is\n${seen.join('\n')}\n${this.errors()}`);
  }

  /** Resolves when the command has ended, with what it left behind. */
  async end(waitMs = WAIT_MS): Promise<Ending> {
    const status = await this.status(waitMs);
    const history = await this.tmux('capture-pane', '-p', '-J', '-S', '-', '-t', ':');
    return { status, state: await this.state(), lines: history.trimEnd().split('\n') };
  }

  /** What the command wrote to standard error, which is not the terminal here. */
  errors(): string {
    const file = this.file('stderr');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Ends the server and whatever still runs in it. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    OPEN.delete(this);
    try {
      execFileSync('tmux', ['-S', this.socket, 'kill-server'], { stdio: 'ignore' });
    } catch {
      // It has ended by itself: its terminal was taken away.
    }
    if (!existsSync(this.file('status'))) this.kill('pid');
    this.kill('keeper');
    rmSync(this.directory, { recursive: true, force: true });
  }

  private kill(name: 'pid' | 'keeper'): void {
    try {
      process.kill(Number(readFileSync(this.file(name), 'utf8')), 'SIGKILL');
    } catch {
      // It has never been there, or is not any more.
    }
  }

  private file(name: string): string {
    return path.join(this.directory, name);
  }

  private async tmux(...words: readonly string[]): Promise<string> {
    const args = ['-u', '-S', this.socket, '-f', '/dev/null', ...words];
    try {
      const { stdout } = await EXECUTE('tmux', args, { env: this.env, maxBuffer: MOST_TEXT_BYTES });
      return stdout;
    } catch (error) {
      const { stderr } = error as { stderr?: string };
      throw new Error(`tmux ${words[0]}: ${stderr?.trim() || error}`);
    }
  }
}

/** For a test process that ends before its tests do. */
const OPEN = new Set<Terminal>();
process.on('exit', () => {
  for (const terminal of [...OPEN]) terminal.close();
});

/** Runs `body` with a command in a terminal, which is gone afterwards whatever happens. */
export async function inTerminal(
  command: readonly string[],
  options: TerminalOptions,
  body: (terminal: Terminal) => Promise<void>,
): Promise<void> {
  const terminal = await Terminal.start(command, options);
  try {
    await body(terminal);
  } finally {
    terminal.close();
  }
}

/** The first answer that is not false, null or undefined; undefined when the time is over. */
async function until<T>(ask: () => T | Promise<T>, waitMs = WAIT_MS): Promise<T | undefined> {
  for (const deadline = performance.now() + waitMs; ; await sleep(POLL_MS)) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline) return undefined;
  }
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

function hasTmux(): boolean {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
