import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What a terminal is set to, by tmux and by stty. */
export interface TerminalState {
  readonly isAlternate: boolean;
  readonly isCursorShown: boolean;
  readonly hasMouse: boolean;
  readonly hasKeypadKeys: boolean;
  /** First and last line that scroll, from 0. */
  readonly scrollRegion: readonly [number, number];
  readonly size: string;
  /** As `stty -a` prints it, in words: "icanon", "-echo". */
  readonly settings: ReadonlySet<string>;
}

export interface Ending {
  /** As a shell has it: 128 + the number of the signal. */
  readonly status: number;
  readonly state: TerminalState;
  /** What is on the normal screen, what has scrolled out of it included; without empty lines at the end. */
  readonly lines: readonly string[];
}

const FORMATS = [
  'alternate_on',
  'cursor_flag',
  'mouse_any_flag',
  'keypad_flag',
  'keypad_cursor_flag',
  'scroll_region_upper',
  'scroll_region_lower',
  'pane_width',
  'pane_height',
];
/** What tmux is asked for. */
export const STATE_FORMAT = `#{pane_tty} ${FORMATS.map((name) => `#{${name}}`).join(' ')}`;

/** From tmux's answer, and what stty says of that terminal. */
export async function readState(answer: string): Promise<TerminalState> {
  const [tty = '', ...values] = answer.trim().split(' ');
  const value = (name: string) => Number(values[FORMATS.indexOf(name)]);
  const { stdout } = await promisify(execFile)('stty', ['-a', '-F', tty]);
  return {
    isAlternate: value('alternate_on') === 1,
    isCursorShown: value('cursor_flag') === 1,
    hasMouse: value('mouse_any_flag') === 1,
    hasKeypadKeys: value('keypad_flag') === 1 || value('keypad_cursor_flag') === 1,
    scrollRegion: [value('scroll_region_upper'), value('scroll_region_lower')],
    size: `${value('pane_width')}×${value('pane_height')}`,
    settings: new Set(stdout.split(/[\s;]+/)),
  };
}
