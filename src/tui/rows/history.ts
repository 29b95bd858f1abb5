import { type Moment, resample, secondsOf } from '../history.js';
import { brief, clock, ns, pps } from '../numbers.js';
import type { Glyphs, Line, Style } from '../page.js';
import { left, span } from '../text.js';
import type { View } from '../view.js';
import type { Row } from './block.js';

/** What a chart shows of a moment; null where there is nothing to show. */
interface Measure {
  readonly word: string;
  readonly of: (moment: Moment) => number | null;
  /** What it leaves out, as if nothing had been sent. */
  readonly leaves?: (moment: Moment, workers: number) => boolean;
  readonly text: (value: number | null, glyphs: Glyphs) => string;
  readonly brief: (value: number | null, glyphs: Glyphs) => string;
  readonly style: Style;
}

const MEASURES: readonly Measure[] = [
  {
    word: 'pps',
    of: ({ packets, seconds }) => (seconds > 0 ? packets / seconds : null),
    text: (value, glyphs) => pps(value, glyphs).replace(/ ?pps$/, ''),
    brief,
    style: 'good',
  },
  {
    word: 'ns',
    of: ({ packets, workerSeconds }) => (packets > 0 ? (workerSeconds * 1e9) / packets : null),
    leaves: hardlyWorked,
    text: (value, glyphs) => ns(value, glyphs, 7),
    brief: (value, glyphs) => ns(value, glyphs, BRIEF),
    style: 'kernel',
  },
];

/** Of a moment in which workers hardly ran, around a pause, a time per packet says nothing. */
const LEAST_WORKED = 0.1;

function hardlyWorked({ seconds, workerSeconds }: Moment, workers: number): boolean {
  return workerSeconds < LEAST_WORKED * seconds * workers;
}

const LABEL = 4;
/** "max 1.234 M". */
const VALUES = 11;
/** "1.23M". */
const BRIEF = 5;
const LEAST_CHART = 8;
const MINUTE = 60;
const GAP_WIDTH = 2;
/** Without the whole run below it. */
const BOTH_FROM = 76;

/** Packets per second and time per packet: the last minute, and beside it the whole run. */
export function historyRows({ columns, history, glyphs, leg }: View, rows: number): Row[] {
  const wholeSeconds = secondsOf(history.whole);
  const withTitle = rows > MEASURES.length;
  const shown = MEASURES.slice(0, rows);
  const height = Math.max(1, Math.floor((rows - (withTitle ? 1 : 0)) / shown.length));
  const isBoth = columns >= BOTH_FROM;
  const width = isBoth ? Math.floor((columns - GAP_WIDTH) / 2) : columns;
  const frame = { width, height, glyphs, workers: leg.plan.workers.length };
  const title =
    left('last 60 s', width + GAP_WIDTH) + (isBoth ? `whole run, ${clock(wholeSeconds, glyphs)}` : '');
  const charts = shown.flatMap((measure) => {
    const recent = chart(measure, history.recent, MINUTE, frame);
    const all = isBoth ? chart(measure, history.whole, wholeSeconds, frame) : [];
    return recent.map((line, i) => ({ line: [...line, span(' '.repeat(GAP_WIDTH)), ...(all[i] ?? [])] }));
  });
  return [...(withTitle ? [{ line: [span(title, 'faint')] }] : []), ...charts];
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly glyphs: Glyphs;
  /** How many there are now. */
  readonly workers: number;
}

/** The word, the values as levels, and at the right the highest and the lowest of them. */
function chart(measure: Measure, moments: readonly Moment[], spanSeconds: number, frame: Frame): Line[] {
  const { width, height, glyphs, workers } = frame;
  const labels = height === 1 ? 2 * BRIEF + 1 : VALUES;
  const cells = Math.max(LEAST_CHART, width - LABEL - labels - 1);
  const counted = moments.map((moment) =>
    measure.leaves?.(moment, workers) ? { ...moment, packets: 0, workerSeconds: 0 } : moment,
  );
  const values = resample(counted, cells, spanSeconds).map((moment) => moment && measure.of(moment));
  const range = rangeOf(values);
  const levels = levelsOf(values, range.highest, height * glyphs.levels.length);
  return Array.from({ length: height }, (_, i) => {
    const below = (height - 1 - i) * glyphs.levels.length;
    const drawn = levels.map((level) => glyphOf(level - below, glyphs)).join('');
    return [
      span(left(i === 0 ? measure.word : '', LABEL), 'faint'),
      span(drawn, measure.style),
      span(` ${left(labelOf(measure, range, i, frame), labels)}`, 'strong'),
    ];
  });
}

interface Range {
  readonly lowest: number | null;
  readonly highest: number | null;
}

function rangeOf(values: readonly (number | null)[]): Range {
  const known = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  if (known.length === 0) return { lowest: null, highest: null };
  return { lowest: Math.min(...known), highest: Math.max(...known) };
}

function labelOf(
  measure: Measure,
  { lowest, highest }: Range,
  line: number,
  { height, glyphs }: Frame,
): string {
  const { text, brief } = measure;
  if (height === 1) return `${brief(lowest, glyphs).padStart(BRIEF)}${glyphs.dash}${brief(highest, glyphs)}`;
  if (line === 0) return `max ${text(highest, glyphs)}`;
  const most = height * glyphs.levels.length;
  const [level = 1] = levelsOf([lowest], highest, most);
  const floor = height - 1 - Math.floor((Math.max(1, level) - 1) / glyphs.levels.length);
  return line === Math.max(1, floor) ? `min ${text(lowest, glyphs)}` : '';
}

/** From 1 to `most`; 0 where nothing is known. The scale begins at nothing: heights compare as the values do. */
function levelsOf(values: readonly (number | null)[], highest: number | null, most: number): number[] {
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return 0;
    const share = highest !== null && highest > 0 ? value / highest : 0;
    return 1 + Math.round(share * (most - 1));
  });
}

function glyphOf(level: number, { levels }: Glyphs): string {
  return level <= 0 ? ' ' : (levels[Math.min(level, levels.length) - 1] ?? ' ');
}
