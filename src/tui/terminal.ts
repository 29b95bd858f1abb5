import { ASCII, BLOCKS, type Glyphs, type Style } from './page.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** How a style looks: one of the eight colours of every terminal, or its own; and what tells it apart without colour. */
export interface Attribute {
  /** 0 black, 1 red, 2 green, 3 yellow, 4 blue, 5 magenta, 6 cyan, 7 white; null: the terminal's own. */
  readonly colour: number | null;
  readonly bold?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
}

const PLAIN: Attribute = { colour: null };
const STRONG: Attribute = { colour: null, bold: true };

const COLOURED: Readonly<Record<Style, Attribute>> = {
  plain: PLAIN,
  strong: STRONG,
  faint: PLAIN,
  title: { colour: 6, bold: true },
  key: STRONG,
  selected: { colour: null, inverse: true },
  good: { colour: 2 },
  warn: { colour: 3, bold: true },
  bad: { colour: 1, bold: true },
  fill: { colour: 2 },
  entry: { colour: 3 },
  kernel: { colour: 6 },
  room: { colour: 1 },
  idle: PLAIN,
  offCpu: { colour: 5 },
};

const UNCOLOURED: Partial<Record<Style, Attribute>> = {
  title: STRONG,
  key: { colour: null, underline: true },
  selected: { colour: null, inverse: true },
  strong: STRONG,
  warn: STRONG,
  bad: { colour: null, bold: true, inverse: true },
};

export function attributeOf(style: Style, hasColours: boolean): Attribute {
  return hasColours ? COLOURED[style] : (UNCOLOURED[style] ?? PLAIN);
}

/** https://no-color.org: set and not empty. */
export function allowsColours({ NO_COLOR = '' }: Environment): boolean {
  return NO_COLOR === '';
}

/** The first of the three that says something decides, as in setlocale(3). The Linux console has few glyphs in its font. */
export function glyphsOf({ LC_ALL, LC_CTYPE, LANG, TERM }: Environment): Glyphs {
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return /utf-?8/i.test(locale) && TERM !== 'linux' ? BLOCKS : ASCII;
}

/** Whether a terminal of that name can be drawn on. */
export function canDraw({ TERM = '' }: Environment): boolean {
  return TERM !== '' && TERM !== 'dumb';
}
