/** What came from the keyboard, the mouse or the clipboard. Keys are their character, or a name: enter, escape, up, page-down, C-c. */
export type Input =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: 'press' | 'wheel-up' | 'wheel-down'; readonly row: number; readonly column: number };

interface Piece {
  readonly inputs: readonly Input[];
  readonly length: number;
}

const ESCAPE = '\u001b';
/** Around what is pasted, where a terminal was asked for that (mode 2004 of xterm). */
const PASTE_BEGIN = `${ESCAPE}[200~`;
const PASTE_END = `${ESCAPE}[201~`;

/** ESC [ … final, of xterm, rxvt, PuTTY and the Linux console. */
const BY_FINAL: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  Z: 'back-tab',
};
const BY_NUMBER: Readonly<Record<string, string>> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  5: 'page-up',
  6: 'page-down',
  7: 'home',
  8: 'end',
};
const BY_CHARACTER: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u007f': 'backspace',
  '\b': 'backspace',
  [ESCAPE]: 'escape',
};

/**
 * Bytes of a terminal, decoded to text, become keys and clicks; any number of them may arrive together. `rest` is the
 * beginning of a sequence whose end is still to come: it belongs before the next text, or is keys when none comes.
 */
export function decodeInput(text: string): { readonly inputs: readonly Input[]; readonly rest: string } {
  const inputs: Input[] = [];
  let at = 0;
  while (at < text.length) {
    const piece = nextPiece(text.slice(at));
    if (!piece) break;
    inputs.push(...piece.inputs);
    at += piece.length;
  }
  return { inputs, rest: text.slice(at) };
}

/** Whether the rest is a paste of which more is to come. */
export function isPasting(rest: string): boolean {
  return rest.startsWith(PASTE_BEGIN);
}

/** What is meant by the beginning of a sequence that never went on: the keys themselves, or what was pasted so far. */
export function decodeRest(rest: string): readonly Input[] {
  if (isPasting(rest)) return [{ kind: 'paste', text: rest.slice(PASTE_BEGIN.length) }];
  return [...rest].map((character) => keyOf(character));
}

function nextPiece(text: string): Piece | null {
  if (!text.startsWith(ESCAPE)) {
    const [character = ''] = text;
    return { inputs: [keyOf(character)], length: character.length };
  }
  if (text.length === 1) return null;
  if (isPasting(text)) return paste(text);
  if (text[1] === '[' || text[1] === 'O') return sequence(text);
  return { inputs: [keyOf(ESCAPE)], length: 1 };
}

function paste(text: string): Piece | null {
  const end = text.indexOf(PASTE_END);
  if (end < 0) return null;
  const pasted = text.slice(PASTE_BEGIN.length, end);
  return { inputs: [{ kind: 'paste', text: pasted }], length: end + PASTE_END.length };
}

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: that is what terminals send
const SGR_MOUSE = /^\u001b\[<(\d+);(\d+);(\d+)([Mm])/;
const OLD_MOUSE = /^\u001b\[M([\s\S])([\s\S])([\s\S])/;
const LINUX_KEY = /^\u001b\[\[[A-E]/;
const CONTROL = /^\u001b(?:\[|O)([0-?]*)[ -/]*([@-~])/;
const UNFINISHED = /^\u001b(?:\[(?:\[|M[\s\S]{0,2}|[0-?]*[ -/]*)|O[0-?]*)$/;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: see above

const OLD_OFFSET = 32;

function sequence(text: string): Piece | null {
  const mouse = SGR_MOUSE.exec(text);
  if (mouse) {
    const [all, button, column, row, final] = mouse;
    return {
      inputs: final === 'M' ? clickOf(Number(button), Number(column), Number(row)) : [],
      length: all.length,
    };
  }
  if (UNFINISHED.test(text)) return null;
  const old = OLD_MOUSE.exec(text);
  if (old) {
    const [button = 0, column = 0, row = 0] = old.slice(1).map((c) => c.charCodeAt(0) - OLD_OFFSET);
    return { inputs: clickOf(button, column, row), length: old[0].length };
  }
  const unknown = LINUX_KEY.exec(text);
  if (unknown) return { inputs: [], length: unknown[0].length };
  const control = CONTROL.exec(text);
  if (!control) return { inputs: [keyOf(ESCAPE)], length: 1 };
  const [all, parameters = '', final = ''] = control;
  const key = final === '~' ? BY_NUMBER[parameters.split(';')[0] ?? ''] : BY_FINAL[final];
  return { inputs: key === undefined ? [] : [{ kind: 'key', key }], length: all.length };
}

/** Positions are counted from 1 there, and from 0 here. Bits 2 to 4 of the button are Shift, Alt and Control. */
function clickOf(button: number, column: number, row: number): Input[] {
  const kind = ({ 0: 'press', 64: 'wheel-up', 65: 'wheel-down' } as const)[button & ~0b11100];
  return kind ? [{ kind, row: row - 1, column: column - 1 }] : [];
}

function keyOf(character: string): Input {
  const named = BY_CHARACTER[character];
  if (named !== undefined) return { kind: 'key', key: named };
  if (character >= ' ') return { kind: 'key', key: character };
  return { kind: 'key', key: `C-${String.fromCharCode(character.charCodeAt(0) + 96)}` };
}
