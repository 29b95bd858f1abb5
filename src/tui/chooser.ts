import { type Box, clip, padded, roomInside, wrapped } from './box.js';
import type { Glyphs, Line, Size, Style } from './page.js';

/** One of the things to choose from. */
export interface Choice {
  readonly name: string;
  /** Behind the name, in a word or two. */
  readonly remark: string;
  /** Why it cannot be taken; null when it can. */
  readonly refusal: string | null;
  /** What there is to know about it; null while that is being worked out. */
  readonly preview: readonly string[] | null;
}

/** A list with a preview at its side. Plain data. */
export interface Chooser {
  readonly title: string;
  readonly choices: readonly Choice[];
  readonly selected: number;
  /** What else can be done, for the last line. */
  readonly more: string;
  /** What was wrong with the last choice; null for nothing. */
  readonly note: string | null;
}

const PAGE = 10;

/** The chooser after a key that moves in it, or the row of a click, `select:N`. */
export function moved(chooser: Chooser, key: string): Chooser {
  const steps: Readonly<Record<string, number>> = {
    up: -1,
    k: -1,
    'wheel-up': -1,
    down: 1,
    j: 1,
    'wheel-down': 1,
    'page-up': -PAGE,
    'page-down': PAGE,
    home: Number.NEGATIVE_INFINITY,
    end: Number.POSITIVE_INFINITY,
  };
  const row = /^select:(\d+)$/.exec(key)?.[1];
  const step = steps[key];
  if (row === undefined && step === undefined) return chooser;
  const wanted = row === undefined ? chooser.selected + (step ?? 0) : Number(row);
  const selected = Math.min(chooser.choices.length - 1, Math.max(0, wanted));
  return { ...chooser, selected, note: null };
}

export function withPreview(chooser: Chooser, name: string, preview: readonly string[]): Chooser {
  const choices = chooser.choices.map((choice) => (choice.name === name ? { ...choice, preview } : choice));
  return { ...chooser, choices };
}

/** Between the list and the preview, with the frame's mark in the middle. */
const GUTTER = 3;
/** Beside a list of less than this, a preview has no room. */
const LEAST_PREVIEW = 20;
const FRAME = 2;

export function chooserBox(chooser: Chooser, size: Size, glyphs: Glyphs): Box {
  const room = roomInside(size);
  const note = chooser.note === null ? [] : wrapped(chooser.note, room.columns);
  const rows = Math.max(1, room.rows - FRAME - note.length);
  const names = Math.max(...chooser.choices.map(({ name, remark }) => rowText(name, remark).length), 1) + 2;
  const beside = room.columns - names - GUTTER;
  const hasPreview = beside >= LEAST_PREVIEW;
  const from = Math.max(0, Math.min(chooser.selected - Math.floor(rows / 2), chooser.choices.length - rows));
  const shown = chooser.choices.slice(from, from + rows);
  const preview = hasPreview ? previewLines(chooser, beside, rows) : [];
  const height = Math.max(shown.length, preview.length);
  const lines = Array.from({ length: height }, (_, i): Line => {
    const choice = shown[i];
    const style = from + i === chooser.selected ? 'selected' : styleOf(choice);
    const text = choice ? ` ${rowText(choice.name, choice.remark)}`.padEnd(names) : ' '.repeat(names);
    const row: Line = [{ text, style }];
    if (!hasPreview) return clip(row, room.columns);
    return [...row, { text: ` ${glyphs.mark} ` }, ...padded(preview[i] ?? [], beside)];
  });
  return {
    title: chooser.title,
    columns: room.columns,
    lines: [...lines, ...note.map((text): Line => [{ text, style: 'bad' }])],
    foot: `Enter takes it${chooser.more}, Esc leaves all as it is`,
    actions: shown.map((_, i) => `select:${from + i}`),
  };
}

function rowText(name: string, remark: string): string {
  return remark === '' ? name : `${name}  ${remark}`;
}

function styleOf(choice: Choice | undefined): Style {
  return choice && choice.refusal === null ? 'plain' : 'faint';
}

function previewLines(chooser: Chooser, columns: number, rows: number): Line[] {
  const choice = chooser.choices[chooser.selected];
  if (!choice) return [];
  const refusal = choice.refusal === null ? [] : wrapped(choice.refusal, columns);
  const text = choice.preview === null ? [`looking …`] : choice.preview;
  return [
    ...refusal.map((line): Line => [{ text: line, style: 'warn' }]),
    ...text.flatMap((line) => fitted(line, columns)).map((line): Line => clip([{ text: line }], columns)),
  ].slice(0, rows);
}

/** Sentences are broken, rows of a table stay in line. */
function fitted(line: string, columns: number): string[] {
  return /\S {2,}\S/.test(line) ? [line] : wrapped(line, columns);
}
