import type { Figures } from '../../run/rates.js';
import { count, decimal, ns, percent, pps } from '../numbers.js';
import type { Line, Span, Style } from '../page.js';
import { clean, left, right, span, whole } from '../text.js';
import type { View, WorkerView } from '../view.js';
import { axisText } from './axis.js';
import { barLine, barScale, PARTS } from './bar.js';
import { BLANK, type Row } from './block.js';
import {
  CALLS,
  type Column,
  callsPerSecond,
  columnsFor,
  errorsText,
  LEAST_BAR,
  LOST,
  lostShare,
  NARROWEST_BAR,
  PER_CALL,
  ROOM,
  roomShare,
  share,
  warnIf,
  widthOfColumns,
} from './worker-columns.js';

/** One scale for all workers. */
const scaleOf = ({ workers, line }: View): number =>
  barScale(
    workers.map(({ rates }) => rates),
    line.budgetNs,
  );

/** The table's head and one row for each worker, of them as many as there is room for from `first` on. */
export function workerRows(view: View, rows: number, page: 'overview' | 'workers', first = 0): Row[] {
  const { workers, columns } = view;
  const shown = columnsFor(columns, page === 'overview' ? LEAST_BAR : 0);
  const barWidth = columns - widthOfColumns(shown);
  const hasBar = barWidth >= NARROWEST_BAR;
  const scaleNs = scaleOf(view);
  const head: Row = { line: headLine(view, shown, hasBar ? barWidth : 0, scaleNs) };
  const withTotal = workers.length > 1 && rows > 2;
  const room = Math.max(0, rows - 1 - (withTotal ? 1 : 0));
  const body = workers.slice(first, first + room).map((worker, i) => {
    const isSelected = selectedOf(view) === first + i;
    const bar = hasBar ? barOf(view, worker.rates, scaleNs, barWidth) : [];
    const line = [...cells(shown, (column) => cellOf(column, worker, view)), ...bar];
    return page === 'workers' ? picked(line, first + i, columns, isSelected) : { line };
  });
  const total = withTotal ? [totalRow(view, shown, hasBar ? barWidth : 0, scaleNs)] : [];
  return [head, ...body, ...total];
}

function selectedOf({ looks, workers }: View): number {
  return Math.max(0, Math.min(looks.selected, workers.length - 1));
}

/** A row that can be picked, and shows that it is, in its first spans. */
export function picked(line: Line, element: number, columns: number, isSelected: boolean, spans = 2): Row {
  const hits = [{ fromColumn: 0, toColumn: columns, action: `select:${element}` }];
  if (!isSelected) return { line, hits };
  return { line: line.map((one, i) => (i < spans ? { ...one, style: 'selected' as const } : one)), hits };
}

function barOf(
  { line, glyphs }: View,
  { nsPerPacket, split }: Figures,
  scaleNs: number,
  width: number,
): Line {
  return barLine({ nsPerPacket, split, budgetNs: line.budgetNs, scaleNs }, width, glyphs);
}

function headLine(
  { line, glyphs }: View,
  columns: readonly Column[],
  barWidth: number,
  scaleNs: number,
): Line {
  const titles = columns.map(({ title, width }) => `${right(title, width)} `).join('');
  if (barWidth === 0) return [span(titles, 'faint')];
  const axis = axisText({ budgetNs: line.budgetNs, scaleNs }, barWidth, glyphs);
  return [span(titles, 'faint'), span(left(axis, barWidth), 'faint')];
}

function cellOf({ text, style }: Column, worker: WorkerView, view: View): Span {
  return span(clean(text(worker, view), view.glyphs), style?.(worker, view) ?? 'plain');
}

function cells(columns: readonly Column[], of: (column: Column) => Span): Span[] {
  return columns.flatMap((column) => {
    const { text, style = 'plain' } = of(column);
    return [span(right(text, column.width), style), span(' ')];
  });
}

function totalRow(view: View, columns: readonly Column[], barWidth: number, scaleNs: number): Row {
  const of = (column: Column) => span(column.total?.(view) ?? '', 'strong');
  const bar = barWidth > 0 ? barOf(view, view.total, scaleNs, barWidth) : [];
  return { line: [...cells(columns, of), ...bar] };
}

/** All in one line from here on. */
const LEGEND_FROM = 80;
const WIDE_LEGEND_FROM = 104;

/** The glyph of each part and what it takes of a packet, over all workers. */
export function legendRows({ total, glyphs, columns }: View): Row[] {
  const isWide = columns >= WIDE_LEGEND_FROM;
  const width = isWide ? 7 : 5;
  const entries = PARTS.map(({ part, of, word }): Line => {
    const value = ns(total.split && of(total.split), glyphs, width);
    const text = isWide ? ` ${word} ` : `${word} `;
    return [
      span(glyphs.parts[part], part),
      span(text),
      span(right(value, width), 'strong'),
      span(isWide ? '  ' : ' '),
    ];
  });
  const half = entries.length / 2;
  const lines = columns >= LEGEND_FROM ? [entries] : [entries.slice(0, half), entries.slice(half)];
  return lines.map((line) => ({ line: [...line.flat(), span('ns')] }));
}

/** What the table of a narrow terminal has no room for, of all workers together. */
export function callsRows(view: View): Row[] {
  const { total, glyphs, columns } = view;
  const figure = (value: string, width: number, word: string, style: Style = 'strong'): Line => [
    span(right(value, width), style),
    span(word),
  ];
  const room = roomShare(view);
  const lost = lostShare(view);
  const items: readonly (readonly [Column, Line])[] = [
    [PER_CALL, figure(decimal(total.packetsPerSyscall, glyphs, 7), 7, ' pkts/call')],
    [CALLS, figure(count(callsPerSecond(total), glyphs, 9), 9, ' calls/s')],
    [ROOM, [span('room '), ...figure(percent(room, glyphs), 5, ' %', warnIf(room))]],
    [LOST, [span('off-CPU '), ...figure(percent(lost, glyphs), 5, ' %', warnIf(lost))]],
  ];
  const shown = columnsFor(columns, LEAST_BAR);
  const missing = items.filter(([column]) => !shown.includes(column)).map(([, item]) => item);
  return missing.length === 0 ? [] : [{ line: whole(missing, columns) }];
}

/** By name, as long as there are any. */
export function errorRows({ errors, glyphs }: View): Row[] {
  if (Object.keys(errors).length === 0) return [];
  return [{ line: [span('errors   ', 'faint'), span(clean(errorsText(errors, glyphs), glyphs), 'bad')] }];
}

/** Everything about the worker that is picked, below the list: who it is, the scale of its bar, the bar, and figures. */
export function workerDetail(view: View): Row[] {
  const { workers, glyphs, leg, columns } = view;
  const worker = workers[selectedOf(view)];
  if (!worker) return [BLANK];
  const { snapshot, rates, mean, times, queue } = worker;
  const scaleNs = scaleOf(view);
  const place = leg.plan.workers[workers.indexOf(worker)];
  const where = [
    `CPU ${snapshot.cpu}`,
    queue === null ? 'any queue' : `queue ${queue}`,
    ...(place?.numaNode == null ? [] : [`NUMA node ${place.numaNode}`]),
    ...(place && place.sharesCoreWith.length > 0
      ? [`shares its core with CPU ${place.sharesCoreWith.join(',')}`]
      : []),
    snapshot.state,
    ...(snapshot.endReason ? [`ended by ${snapshot.endReason}`] : []),
  ];
  const parts = PARTS.map(({ word, of }) => `${word} ${ns(rates.split && of(rates.split), glyphs, 9)}`);
  const timeOf = (word: string, part: number) => `${word} ${percent(share(part, times.seconds), glyphs)} %`;
  const hasErrors = Object.keys(mean.errors).length > 0;
  const row = (label: string, items: readonly (string | Span)[]): Row => {
    const spans = items.map((item): Line => [typeof item === 'string' ? span(item) : item]);
    return { line: [span(label.padEnd(DETAIL)), ...whole(spans, columns - DETAIL)] };
  };
  return [
    {
      line: whole(
        where.map((text) => [span(text, 'strong')]),
        columns,
      ),
    },
    { line: [span(axisText({ budgetNs: view.line.budgetNs, scaleNs }, columns, glyphs), 'faint')] },
    { line: barOf(view, rates, scaleNs, columns) },
    row('ns/pkt', parts),
    row('time', [
      timeOf('off-CPU', times.offCpuSeconds),
      timeOf('stolen', times.stolenSeconds),
      timeOf('room', times.roomSeconds),
      timeOf('idle', times.idleSeconds),
    ]),
    row('so far', [
      `${count(mean.packets, glyphs)} frames`,
      `${count(mean.bytes, glyphs)} bytes`,
      pps(mean.pps, glyphs),
      `${ns(mean.nsPerPacket, glyphs, 9)} ns/pkt`,
    ]),
    row('calls', [
      count(mean.syscalls, glyphs),
      `busy ${count(mean.busy, glyphs)}`,
      span(
        clean(`errors ${errorsText(mean.errors, glyphs, snapshot.endError)}`, glyphs),
        hasErrors ? 'bad' : 'plain',
      ),
    ]),
  ];
}

/** Of the lines about one worker. */
const DETAIL = 11;
