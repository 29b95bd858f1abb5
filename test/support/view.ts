import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Saved } from '#src/tui/save.js';
import { CLI } from './pktgen.js';
import type { Ending } from './terminal-state.js';
import { Terminal, type TerminalOptions } from './tmux.js';

/** A summary as the key w writes it. */
export type Written = Saved;

export interface ViewOptions extends TerminalOptions {
  /** Words that the command line is put behind, such as `ip netns exec NAME`. */
  readonly prefix?: readonly string[];
}

/** pktgen with its screen in a terminal, in a directory of its own. */
export class ViewTest {
  private constructor(
    readonly terminal: Terminal,
    private readonly directory: string,
  ) {}

  static async start(
    args: readonly string[],
    { prefix = [], ...options }: ViewOptions = {},
  ): Promise<ViewTest> {
    const directory = mkdtempSync(path.join(tmpdir(), 'pktgen-view-'));
    // What somebody measured on this machine shall not decide what a test sees.
    const env = { XDG_CACHE_HOME: '/nonexistent', ...options.env };
    const command = [...prefix, process.execPath, CLI, ...args];
    try {
      const size = { columns: 100, rows: 32 };
      return new ViewTest(await Terminal.start(command, { ...size, ...options, directory, env }), directory);
    } catch (error) {
      rmSync(directory, { recursive: true });
      throw error;
    }
  }

  /** The file that the key w writes. */
  async write(): Promise<Written> {
    await this.terminal.keys('w');
    const [, name = ''] = await this.terminal.see(/(pktgen-\d{8}-\d{6}(?:-\d+)?\.json) written/);
    return JSON.parse(readFileSync(path.join(this.directory, name), 'utf8')) as Written;
  }

  get files(): string[] {
    return readdirSync(this.directory);
  }

  close(): void {
    this.terminal.close();
    rmSync(this.directory, { recursive: true });
  }
}

/** Runs `body` with the screen of pktgen; both are gone afterwards. */
export async function withView(
  args: readonly string[],
  body: (terminal: Terminal, view: ViewTest) => Promise<void>,
  options: ViewOptions = {},
): Promise<void> {
  const view = await ViewTest.start(args, options);
  try {
    await body(view.terminal, view);
  } finally {
    view.close();
  }
}

/** What is wrong with the terminal that a command left behind; empty when it is as it was. */
export function disorder({ state }: Pick<Ending, 'state'>, rows: number): string[] {
  const wrong: [boolean, string][] = [
    [state.isAlternate, 'the second screen is shown'],
    [!state.isCursorShown, 'the cursor is hidden'],
    [state.hasMouse, 'the mouse is reported'],
    [state.hasKeypadKeys, 'keypad or cursor keys are in application mode'],
    [state.scrollRegion.join() !== `0,${rows - 1}`, `lines ${state.scrollRegion.join(' to ')} scroll`],
  ];
  for (const setting of ['icanon', 'echo', 'isig', 'icrnl', 'opost', 'onlcr']) {
    wrong.push([!state.settings.has(setting), `stty says -${setting}`]);
  }
  return wrong.filter(([is]) => is).map(([, text]) => text);
}

/** A figure as people write it: "1,234,567", "50.01 k", "12.3 M". NaN for anything else. */
export function figureOf(text: string | undefined): number {
  const match = /^([\d,]+(?:\.\d+)?)(?: ([kMG]))?/.exec(text ?? '');
  if (!match) return Number.NaN;
  const factor = { k: 1e3, M: 1e6, G: 1e9 }[match[2] ?? ''] ?? 1;
  return Number(match[1]?.replaceAll(',', '')) * factor;
}
