/** What a page of the screen is made of: plain data, made by pure functions, shown by screen.ts. */

/**
 * What a stretch of text means; the screen knows how that looks in a terminal with colours and in one without. The parts of
 * a packet's time have styles of their own.
 */
export type Style =
  | 'plain'
  | 'strong'
  | 'faint'
  | 'title'
  | 'key'
  | 'selected'
  | 'good'
  | 'warn'
  | 'bad'
  | 'fill'
  | 'entry'
  | 'kernel'
  | 'room'
  | 'idle'
  | 'offCpu';

export interface Span {
  readonly text: string;
  /** Default plain. */
  readonly style?: Style;
}

/** One line of the screen, from the left. Every character is one column wide. */
export type Line = readonly Span[];

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Something that can be clicked: `action` is the key that does the same, or `select:N` for the row of a list. */
export interface Hit {
  readonly row: number;
  readonly fromColumn: number;
  /** Not included. */
  readonly toColumn: number;
  readonly action: string;
}

export interface Page {
  /** At most as many as the terminal has rows, none wider than it. */
  readonly lines: readonly Line[];
  readonly hits: readonly Hit[];
  /** Of the list that scrolls, how many elements there are and fit; null where nothing scrolls. */
  readonly list: { readonly elements: number; readonly visible: number } | null;
}

/** The characters that bars and lines are drawn with. All of them are one column wide. */
export interface Glyphs {
  /** One for each part of a packet's time, told apart without colour. */
  readonly parts: Readonly<Record<'fill' | 'entry' | 'kernel' | 'room' | 'idle' | 'offCpu', string>>;
  /** Where the budget ends in a bar. */
  readonly mark: string;
  /** From the lowest to the highest, for a history. */
  readonly levels: readonly string[];
  /** A gauge's full and empty cells. */
  readonly full: string;
  readonly empty: string;
  readonly horizontal: string;
  /** Of a box: upper left, upper right, lower left, lower right. */
  readonly corners: readonly [string, string, string, string];
  readonly dash: string;
  readonly micro: string;
  readonly arrow: string;
}

export const BLOCKS: Glyphs = {
  parts: { fill: '█', entry: '▓', kernel: '▒', room: '╳', idle: '░', offCpu: '·' },
  mark: '│',
  levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  full: '█',
  empty: '░',
  horizontal: '─',
  corners: ['┌', '┐', '└', '┘'],
  dash: '–',
  micro: 'µ',
  arrow: '→',
};

export const ASCII: Glyphs = {
  parts: { fill: '#', entry: '+', kernel: '=', room: 'x', idle: '.', offCpu: '-' },
  mark: '|',
  levels: ['_', '.', '-', ':', '=', '+', '*', '#'],
  full: '#',
  empty: '.',
  horizontal: '-',
  corners: ['+', '+', '+', '+'],
  dash: '-',
  micro: 'u',
  arrow: '->',
};

/** What a person has done to the screen itself. */
export interface Looks {
  readonly page: 1 | 2 | 3 | 4;
  /** Element of the page's list that is picked. */
  readonly selected: number;
  /** First element of the list that is shown. */
  readonly scroll: number;
  /** A question that the next key answers, in the last line; null for none. */
  readonly question: string | null;
}
