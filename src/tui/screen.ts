import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { setRawMode } from '../system/terminal.js';
import { decodeInput, decodeRest, type Input, isPasting } from './input.js';
import type { Glyphs, Line, Size, Style } from './page.js';
import { allowsColours, attributeOf, glyphsOf } from './terminal.js';
import { terminalName } from './terminfo.js';

/** The terminal, as the view sees it. */
export interface Screen {
  readonly glyphs: Glyphs;
  size(): Size;
  /** Only what has changed is written. Nothing is, once the terminal has been given back. */
  show(lines: readonly Line[]): void;
  /** Gives the terminal back as it was; take() has it again. Both may be called at any time, any number of times. */
  release(): void;
  take(): void;
}

export interface ScreenEvents {
  readonly onInput: (input: Input) => void;
  readonly onResize: () => void;
  /** Right before the modes of the terminal change for the first time. `restoring` gives it back, apart from them. */
  readonly onTake: (restoring: string) => void;
}

/** Where a terminal does not know its size, as behind a serial line. */
const ASSUMED: Size = { columns: 80, rows: 24 };
/** Sequences of one key arrive together; an Escape that nothing follows for so long is the key. */
const ESCAPE_MS = 40;
/** A paste that has no end is over when nothing more of it has come for so long. */
const PASTE_MS = 1000;

/** As blessed packs it: flags, foreground, background, of which nine bits each; 511 is the terminal's own. */
const OWN = 0x1ff;
const FLAGS = { bold: 1, underline: 2, inverse: 8 } as const;

/** What is used of blessed, some of which its types leave out. */
interface Canvas {
  readonly tput: {
    readonly numbers: Readonly<Record<string, number>>;
    readonly strings: Readonly<Record<string, string | undefined>>;
    brokenACS: boolean;
    clear(): string;
    csr(top: number, bottom: number): string;
    rmcup(): string;
    cnorm(): string;
    sgr0(): string;
    rmkx(): string;
  };
  readonly program: { isAlt: boolean; flush(): void; showCursor(): void };
  readonly lines: (Cell[] & { dirty: boolean })[];
  alloc(): void;
  enter(): void;
  draw(first: number, last: number): void;
}
type Cell = [attribute: number, character: string];

const MOUSE_ON = '\u001b[?1000h\u001b[?1006h';
const MOUSE_OFF = '\u001b[?1006l\u001b[?1000l';
/** What is pasted comes marked as such: it is not to be taken for keys. */
const PASTE_ON = '\u001b[?2004h';
const PASTE_OFF = '\u001b[?2004l';

/** Takes the terminal of stdin and stdout. */
export async function openScreen(events: ScreenEvents): Promise<Screen> {
  const out = new Out();
  const canvas = await openCanvas(out);
  return new Terminal(out, canvas, events);
}

/** What blessed takes for the terminal: it writes only while the terminal is ours. */
class Out extends EventEmitter {
  readonly isTTY = true;
  readonly writable = true;
  isOurs = true;
  columns = 0;
  rows = 0;

  constructor() {
    super();
    this.measure();
  }

  /** @returns whether the size is another one. */
  measure(): boolean {
    const { columns: before, rows } = this;
    this.columns = process.stdout.columns || ASSUMED.columns;
    this.rows = process.stdout.rows || ASSUMED.rows;
    return this.columns !== before || this.rows !== rows;
  }

  write(text: string): boolean {
    return !this.isOurs || process.stdout.write(text);
  }
}

/**
 * blessed reads terminfo and writes what differs; it is kept from all else. Keys are ours: it drops those that come
 * together with the mouse. Its handlers of signals and exceptions are taken away: they would end the process.
 */
async function openCanvas(output: Out): Promise<Canvas> {
  const { default: blessed } = await import('blessed');
  const release = rememberListeners();
  const options = {
    input: new PassThrough(),
    output,
    buffer: true,
    zero: true,
    tput: true,
    terminal: await terminalName(process.env),
    // Extended capabilities are not used, and its parser of them reports errors of its own on standard error.
    extended: false,
    // What is not in the locale is not in the glyphs either.
    forceUnicode: true,
  };
  const program = blessed.program(options as never);
  const screen = blessed.screen({ program } as never);
  release();
  const canvas = screen as unknown as Canvas;
  canvas.tput.brokenACS = true; // glyphs are written as they are
  return canvas;
}

const PROCESS_EVENTS = ['uncaughtException', 'exit', 'SIGTERM', 'SIGINT', 'SIGQUIT'] as const;

/** Returns the function that removes the listeners which have come since. */
function rememberListeners(): () => void {
  const before = PROCESS_EVENTS.map((event) => new Set<unknown>(process.listeners(event as 'exit')));
  return () => {
    for (const [i, event] of PROCESS_EVENTS.entries()) {
      for (const listener of process.listeners(event as 'exit')) {
        if (!before[i]?.has(listener)) process.off(event, listener);
      }
    }
  };
}

class Terminal implements Screen {
  readonly glyphs = glyphsOf(process.env);
  private readonly restoring: string;
  private readonly attributes = new Map<Style, number>();
  private readonly hasColours: boolean;
  private readonly hasMouse: boolean;
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';
  private waiting: NodeJS.Timeout | undefined;

  constructor(
    private readonly out: Out,
    private readonly canvas: Canvas,
    private readonly events: ScreenEvents,
  ) {
    const { tput } = canvas;
    this.hasColours = allowsColours(process.env) && (tput.numbers['max_colors'] ?? 0) >= 8;
    this.hasMouse = Boolean(tput.strings['key_mouse']);
    this.restoring = this.restoringText();
    events.onTake(this.restoring);
    this.listen();
    this.askForInput();
  }

  size(): Size {
    return { columns: this.out.columns, rows: this.out.rows };
  }

  show(lines: readonly Line[]): void {
    if (!this.out.isOurs) return;
    if (this.out.measure()) this.out.emit('resize');
    for (const [y, cells] of this.canvas.lines.entries()) this.fill(cells, lines[y] ?? []);
    this.canvas.draw(0, this.canvas.lines.length - 1);
    this.canvas.program.flush();
  }

  release(): void {
    if (!this.out.isOurs) return;
    this.canvas.program.flush();
    this.out.write(this.restoring);
    this.out.isOurs = false;
    clearTimeout(this.waiting);
    const { stdin, stdout } = process;
    stdin.off('data', this.onData);
    stdout.off('resize', this.onResize);
    setRawMode(false);
    stdin.pause();
  }

  take(): void {
    if (this.out.isOurs) return;
    this.out.isOurs = true;
    this.out.measure();
    this.canvas.program.isAlt = false;
    this.out.emit('resize');
    this.canvas.enter();
    this.askForInput();
    this.listen();
  }

  private askForInput(): void {
    if (this.hasMouse) this.out.write(MOUSE_ON);
    this.out.write(PASTE_ON);
  }

  private listen(): void {
    const { stdin, stdout } = process;
    setRawMode(true);
    stdin.on('data', this.onData);
    stdin.resume();
    stdout.on('resize', this.onResize);
  }

  private readonly onResize = () => this.events.onResize();

  private readonly onData = (data: Buffer) => {
    clearTimeout(this.waiting);
    const { inputs, rest } = decodeInput(this.rest + this.decoder.write(data));
    this.rest = rest;
    const patienceMs = isPasting(rest) ? PASTE_MS : ESCAPE_MS;
    if (rest !== '') this.waiting = setTimeout(this.onNothingMore, patienceMs);
    for (const input of inputs) this.events.onInput(input);
  };

  private readonly onNothingMore = () => {
    const inputs = decodeRest(this.rest);
    this.rest = '';
    for (const input of inputs) this.events.onInput(input);
  };

  private fill(cells: Cell[] & { dirty: boolean }, line: Line): void {
    let column = 0;
    for (const { text, style = 'plain' } of line) {
      const attribute = this.packed(style);
      for (const character of text) {
        if (column >= cells.length) return;
        put(cells, column++, attribute, character);
      }
    }
    for (; column < cells.length; column++) put(cells, column, this.packed('plain'), ' ');
  }

  private packed(style: Style): number {
    const known = this.attributes.get(style);
    if (known !== undefined) return known;
    const { colour, bold, underline, inverse } = attributeOf(style, this.hasColours);
    const flags = (bold ? FLAGS.bold : 0) | (underline ? FLAGS.underline : 0) | (inverse ? FLAGS.inverse : 0);
    const packed = (flags << 18) | ((colour ?? OWN) << 9) | OWN;
    this.attributes.set(style, packed);
    return packed;
  }

  /** The whole scroll region; and where there is no second screen to leave, what was drawn is cleared away. */
  private restoringText(): string {
    const { tput } = this.canvas;
    const has = (name: string) => Boolean(tput.strings[name]);
    return [
      PASTE_OFF,
      this.hasMouse && MOUSE_OFF,
      has('exit_attribute_mode') && tput.sgr0(),
      has('change_scroll_region') && '\u001b[r',
      has('exit_ca_mode') ? tput.rmcup() : tput.clear(),
      has('keypad_local') && tput.rmkx(),
      has('cursor_normal') && tput.cnorm(),
    ]
      .filter((part) => typeof part === 'string')
      .join('');
  }
}

function put(cells: Cell[] & { dirty: boolean }, column: number, attribute: number, character: string): void {
  const cell = cells[column];
  if (!cell || (cell[0] === attribute && cell[1] === character)) return;
  cell[0] = attribute;
  cell[1] = character;
  cells.dirty = true;
}
