import { formatSpan } from '../../units.js';
import { bps, percent, pps } from '../numbers.js';
import type { Line, Style } from '../page.js';
import { beside, clean, cutLine, right, span, widthOf } from '../text.js';
import type { View } from '../view.js';
import type { Row } from './block.js';

/** How fast, in figures. Words give way where there is less room, then the rate without what surrounds a frame. */
export function rateRow({ total, line, glyphs, columns }: View): Row {
  const share = shareText(total.bpsL1 / line.bps, glyphs);
  const whole = line.isKnown ? 'line rate' : bps(line.bps, glyphs);
  const figures = (hasL2: boolean, words: string): Line => [
    span(right(pps(total.pps, glyphs), 11), 'strong'),
    ...(hasL2 ? [span('   L2 '), span(right(bps(total.bpsL2, glyphs), 12), 'strong')] : []),
    span('   L1 '),
    span(right(bps(total.bpsL1, glyphs), 12), 'strong'),
    span('  '),
    span(share.padStart(SHARE), 'strong'),
    span(` %${words}`),
  ];
  const candidates = [
    figures(true, ` of ${whole}`),
    figures(true, ' line'),
    figures(false, ' line'),
    figures(false, ''),
  ];
  const fits = (one: Line) => widthOf(one) <= columns;
  return { line: cutLine(candidates.find(fits) ?? figures(false, ''), columns) };
}

const SHARE = 6;

/** With as many digits as there is room for: an engine without a device is many times as fast as a line. */
function shareText(share: number, glyphs: View['glyphs']): string {
  const texts = [2, 1, 0].map((digits) => percent(share, glyphs, digits));
  return texts.find((text) => text.length <= SHARE) ?? percent(share, glyphs);
}

/** Of the frames; more is worth a look. */
const MANY_LATE = 1e-3;
/** Less is not late. */
const LATE_NS = 1e6;

/** What is asked of a paced run, and how well it is kept. */
export function paceRows({ pacing, startsInSeconds, glyphs, columns }: View): Row[] {
  if (!pacing) return [];
  const { bound, askedPps, lateShare, behindNs, skippedNs, isMissed } = pacing;
  const isWide = columns >= WIDE_PACE_FROM;
  const late = `${percent(lateShare, glyphs, 2)} %`;
  const warnIf = (is: boolean): Style => (is ? (isMissed ? 'bad' : 'warn') : 'plain');
  const lost: Line = [
    ...(behindNs >= LATE_NS ? [span(', '), span(`behind ${spanOf(behindNs, glyphs)}`, warnIf(true))] : []),
    ...(skippedNs > 0 ? [span(', '), span(`skipped ${spanOf(skippedNs, glyphs)}`, warnIf(true))] : []),
  ];
  const line: Line = [
    span(`asked ${bound}`, 'faint'),
    span(pps(askedPps, glyphs), 'strong'),
    span(isWide ? ', frames more than 1 ms late ' : ', late '),
    span(late, warnIf((lateShare ?? 0) >= MANY_LATE)),
    ...lost,
  ];
  const what = isWide ? 'rate ' : '';
  const verdict = isMissed ? span(`${what}not held`, 'bad') : span(`${what}held`, 'good');
  return [{ line: beside(line, startsInSeconds === null ? [verdict] : [], columns) }];
}

/** In words where there is room for them. */
const WIDE_PACE_FROM = 100;

/** "213 ms". */
function spanOf(ns: number, glyphs: View['glyphs']): string {
  return clean(Number.isFinite(ns) ? formatSpan(Number(ns.toPrecision(3))) : glyphs.dash, glyphs);
}

/** How close to line rate: a bar over the width, and its scale with the line rate's mark. */
export function gaugeRows(view: View): Row[] {
  const { columns, glyphs, line, total } = view;
  const scale = scaleOf(total.bpsL1 / line.bps);
  const cellOf = (share: number) => Math.round((share / scale) * columns);
  const filled = Math.min(columns, Math.max(0, cellOf(finite(total.bpsL1 / line.bps))));
  const mark = Math.min(columns - 1, cellOf(1));
  const cells = [...glyphs.full.repeat(filled), ...glyphs.empty.repeat(columns - filled)];
  const styleOf = (i: number): Style => (i === mark ? 'title' : i < filled ? 'good' : 'faint');
  const bar = [...cells.keys()].map((i) => ({
    text: i === mark ? glyphs.mark : (cells[i] ?? ''),
    style: styleOf(i),
  }));
  return [{ line: joined(bar) }, { line: scaleLine(view, mark, scale) }];
}

const finite = (value: number) => (Number.isFinite(value) ? value : 0);

/** A private interface may be faster than its yardstick; few steps keep the mark where it is. */
const SCALES = [1, 1.25, 1.5, 2, 3, 5, 10, 100] as const;
const SLACK = 1.005;

function scaleOf(share: number): number {
  return SCALES.find((scale) => !(share > scale * SLACK)) ?? 1000;
}

/** Neighbours of the same style are one span. */
export function joined(cells: readonly { readonly text: string; readonly style: Style }[]): Line {
  const spans: { text: string; style: Style }[] = [];
  for (const { text, style } of cells) {
    const last = spans.at(-1);
    if (last?.style === style) last.text += text;
    else spans.push({ text, style });
  }
  return spans.map(({ text, style }) => span(text, style));
}

/** Quarters of the line rate where there is room, and what the line rate is at this size. */
function scaleLine({ line, glyphs, columns, leg }: View, mark: number, scale: number): Line {
  const { minBytes, maxBytes } = leg.plan.sizes;
  const size = minBytes === maxBytes ? ` of ${minBytes} bytes` : ' at this mix';
  const why = line.isKnown
    ? `${bps(line.bps, glyphs)}${size}`
    : `of ${bps(line.bps, glyphs)}, the device tells no speed`;
  const label = `${why}: ${pps(line.pps, glyphs)} ${glyphs.mark}`;
  const start = Math.max(0, mark + 1 - label.length);
  const ticks = [0, 0.25, 0.5, 0.75]
    .map((share) => ({ at: Math.round((share / scale) * columns), text: `${100 * share} %` }))
    .filter(({ at, text }) => at + text.length < start);
  let text = '';
  for (const tick of ticks) text = `${text.padEnd(tick.at)}${tick.text}`;
  return [span(`${text.padEnd(start)}${label}`, 'faint')];
}
