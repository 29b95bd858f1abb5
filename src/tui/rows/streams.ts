import { count, percent, pps } from '../numbers.js';
import type { Line } from '../page.js';
import { clean, left, right, span } from '../text.js';
import type { View } from '../view.js';
import { firstFitting, type Row } from './block.js';
import { picked } from './workers.js';

const ASKED = 8;
const SENT = 8;
const RATE = 11;
const LEAST_COUNT = 9;
const MOST_COUNT = 20;
const LEAST_NAME = 10;
const MOST_NAME = 32;

/** Streams from `first` on, as many as there is room for below the head. Only these are looked at. */
export function streamRows(view: View, rows: number, first: number): Row[] {
  const { columns, streams, looks } = view;
  const widths = widthsFor(columns);
  const last = Math.min(streams.names.length, first + Math.max(0, rows - 1));
  const body: Row[] = [];
  for (let i = first; i < last; i++) {
    body.push(picked(streamLine(view, i, widths), i, columns, i === looks.selected, 1));
  }
  return [headRow(view, widths), ...body];
}

/**
 * All of them in the order of the list; where there is no room for that, those with the largest shares, and how many more there
 * are, in few rows in the head.
 */
export function largestStreams(view: View, rows: number): Row[] {
  const { columns, streams, glyphs } = view;
  const all = streams.names.length;
  const widths = widthsFor(columns);
  const hasAll = all < rows;
  const inHead = rows < LEAST_WITH_MORE;
  const first = hasAll ? [...streams.names.keys()] : streams.largestFirst;
  const shown = first.slice(0, hasAll ? all : rows - (inHead ? 1 : 2));
  const lines = shown.map((i): Row => ({ line: streamLine(view, i, widths) }));
  if (hasAll) return [headRow(view, widths), ...lines];
  const hits = [{ fromColumn: 0, toColumn: columns, action: '3' }];
  const number = `${shown.length} of ${count(all, glyphs)}`;
  const brief = firstFitting([`${number} streams: press 3`, `${number}: press 3`], widths.name);
  if (inHead) return [{ ...headRow(view, widths, brief), hits }, ...lines];
  const more = `… and ${count(all - shown.length, glyphs)} more: press 3`;
  return [headRow(view, widths), ...lines, { line: [span(more, 'faint')], hits }];
}

const LEAST_WITH_MORE = 4;

function streamLine({ streams, before, total, glyphs }: View, i: number, widths: Widths): Line {
  const facts = streams.facts(i, before?.streams ?? [], total.seconds);
  const { isMuted } = facts;
  const name = `${clean(facts.name, glyphs)}${isMuted ? ' (muted)' : ''}`;
  const figure = (text: string) => (isMuted ? glyphs.dash : text);
  return [
    span(left(mutedName(name, widths.name, isMuted), widths.name), isMuted ? 'faint' : 'strong'),
    span(right(percent(facts.askedShare, glyphs, 2), ASKED)),
    span(right(percent(facts.sentShare, glyphs, 2), SENT), 'strong'),
    span(right(figure(pps(facts.pps, glyphs)), RATE + 1)),
    span(right(count(facts.packets, glyphs, widths.count), widths.count + 1)),
    ...(widths.bytes > 0 ? [span(right(count(facts.bytes, glyphs, widths.bytes), widths.bytes + 1))] : []),
  ];
}

/** The mark stays when a name is cut. */
function mutedName(name: string, width: number, isMuted: boolean): string {
  return isMuted && name.length > width ? `${name.slice(0, Math.max(0, width - 10))}… (muted)` : name;
}

interface Widths {
  readonly name: number;
  readonly count: number;
  /** 0: there is no room for them. */
  readonly bytes: number;
}

function widthsFor(columns: number): Widths {
  const room = columns - ASKED - SENT - RATE - 1;
  const withBytes = room - LEAST_NAME >= 2 * (LEAST_COUNT + 1);
  const number = withBytes ? 2 : 1;
  const name = Math.min(
    MOST_NAME,
    Math.max(LEAST_NAME, Math.floor((room - number * (MOST_COUNT - 4)) * 0.9)),
  );
  const each = Math.min(MOST_COUNT, Math.floor((room - name) / number) - 1);
  const rest = room - number * (each + 1);
  return { name: Math.min(MOST_NAME, rest), count: each, bytes: withBytes ? each : 0 };
}

function headRow({ streams, glyphs }: View, { name, count: packets, bytes }: Widths, instead?: string): Row {
  const number = streams.names.length;
  const title = instead ?? (number === 1 ? 'stream' : `${count(number, glyphs)} streams`);
  const titles = [
    left(title, name),
    right('asked %', ASKED),
    right('sent %', SENT),
    right('rate', RATE + 1),
    right('frames', packets + 1),
    ...(bytes > 0 ? [right('bytes', bytes + 1)] : []),
  ];
  return { line: [span(titles.join(''), 'faint')] };
}
