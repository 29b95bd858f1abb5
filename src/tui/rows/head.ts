import path from 'node:path';
import { describeEngine } from '../../outputs/text-plan.js';
import { formatCpus } from '../../system/cpus.js';
import type { LegFacts } from '../dashboard.js';
import { bps, clock, count, percent } from '../numbers.js';
import type { Line, Span, Style } from '../page.js';
import { beside, clean, cut, span, widthOf } from '../text.js';
import type { State, View } from '../view.js';
import { firstFitting, type Row } from './block.js';

const TABS = ['overview', 'workers', 'streams', 'device'] as const;
/** Without the names of the pages below it. */
const NARROW = 70;

/** Which page this is, what it is about, and what the run is doing. */
export function headRows(view: View): Row[] {
  const { columns } = view;
  return [
    titleRow(view),
    { line: subjectLine(view) },
    { line: beside(engineLine(view), [span(workersText(view, columns))], columns) },
    { line: limitLine(view) },
  ];
}

function titleRow(view: View): Row {
  const { columns, looks, glyphs } = view;
  const line: Span[] = [span('pktgen', 'title')];
  const hits: { fromColumn: number; toColumn: number; action: string }[] = [];
  let column = 'pktgen'.length;
  for (const [i, name] of TABS.entries()) {
    const text = columns < NARROW ? ` ${i + 1} ` : ` ${i + 1} ${name} `;
    line.push(span(i === 0 ? '  ' : ' '), span(text, looks.page === i + 1 ? 'selected' : 'key'));
    column += i === 0 ? 2 : 1;
    hits.push({ fromColumn: column, toColumn: column + text.length, action: String(i + 1) });
    column += text.length;
  }
  const { startsInSeconds } = view;
  const word =
    startsInSeconds === null ? view.state : `starts in ${clock(Math.ceil(startsInSeconds), glyphs)}`;
  const state = [span(word, STATE_STYLES[view.state]), span(`  ${clock(view.clockSeconds, glyphs)}`)];
  return { line: beside(line, state, columns), hits };
}

const STATE_STYLES: Readonly<Record<State, Style>> = {
  starting: 'faint',
  'warming up': 'warn',
  running: 'good',
  paused: 'warn',
  done: 'strong',
};

/** Of what is sent, as much is shown in any case. */
const LEAST_TRAFFIC = 16;

/**
 * What is sent, where to, and how much is left. Where there is less room, the words about the traffic give way first, then those about
 * what is left; the device stays.
 */
function subjectLine(view: View): Line {
  const { columns, leg, glyphs } = view;
  const arrow = ` ${glyphs.arrow} `;
  const targets = targetTexts(leg, glyphs).map((text) => clean(text, glyphs));
  const traffic = trafficTexts(leg).map((text) => clean(text, glyphs));
  const [device = ''] = targets.slice(-2);
  const needed = LEAST_TRAFFIC + arrow.length + device.length;
  const left = remaining(view);
  const end = left.find((line) => needed + widthOf(line) < columns) ?? left.at(-1) ?? [];
  const room = columns - widthOf(end) - 1 - arrow.length;
  const target = firstFitting(targets, room - LEAST_TRAFFIC);
  const what = cut(firstFitting(traffic, room - target.length), Math.max(1, room - target.length));
  return beside([span(what, 'strong'), span(arrow), span(target, 'strong')], end, columns);
}

/** From the longest on: "imix: 3 streams, 64 to 1518 bytes (353.8 on average)", "24 profiles". */
function trafficTexts({ plan, profile }: LegFacts): string[] {
  const { traffic, sizes, captures } = plan;
  const [only, ...others] = traffic.streams;
  const [capture] = captures;
  const name = capture ? path.basename(capture.file) : (only?.name ?? 'nothing');
  const what = others.length === 0 ? name : `${others.length + 1} streams`;
  const { minBytes, meanBytes, maxBytes } = sizes;
  const range = minBytes === maxBytes ? `${minBytes} bytes` : `${minBytes} to ${maxBytes} bytes`;
  const mean = minBytes === maxBytes ? '' : ` (${meanBytes.toFixed(1)} on average)`;
  const bare = [`${what}, ${range}${mean}`, `${what}, ${range}`, what];
  if (!profile) return bare;
  const names = profile.split(' + ');
  const brief = names.length === 1 ? profile : `${names.length} profiles`;
  return [
    ...bare.map((text) => `${profile}: ${text}`),
    ...(names.length === 1 ? [] : bare.map((text) => `${brief}: ${text}`)),
    brief,
  ];
}

/** From the longest on, the device by itself at the end. */
function targetTexts({ plan, driver }: LegFacts, glyphs: View['glyphs']): string[] {
  const { target, engine, linkSpeedMbps } = plan;
  if (target.kind === 'none') {
    return [typeof engine.options['to'] === 'string' ? engine.options['to'] : 'nowhere'];
  }
  const speed = linkSpeedMbps === null ? 'tells no speed' : bps(linkSpeedMbps * 1e6, glyphs);
  const device = `${target.name} (${driver ?? 'no driver name'}, ${speed})`;
  const withFarEnd = target.kind === 'lab' ? [`${device} ${glyphs.arrow} ${target.farEnd}`] : [];
  return [...withFarEnd, device, target.name];
}

function engineLine({ leg, glyphs }: View): Line {
  const modes = [...new Set(leg.modes)].filter(Boolean);
  const mode = modes.length === 0 ? '' : ` (${modes.join(', ')})`;
  return [span(clean(`${describeEngine(leg.plan)}${mode}`, glyphs))];
}

/** More of them are summed up. */
const MOST_MAPPED = 8;

/** Which CPU sends to which queue, as fully as there is room. */
function workersText({ leg: { plan }, glyphs }: View, columns: number): string {
  const { workers } = plan;
  const { arrow } = glyphs;
  const cpus = formatCpus(workers.map(({ cpu }) => cpu));
  const queues = [...new Set(workers.flatMap(({ queue }) => queue ?? []))].sort((a, b) => a - b);
  if (!workers.every(({ queue }) => queue !== null)) return `CPU ${cpus} ${arrow} any queue`;
  const summed = `CPU ${cpus} ${arrow} queue ${formatCpus(queues)}`;
  if (workers.length === 1) return summed;
  const each = workers.slice(0, MOST_MAPPED).map(({ cpu, queue }) => `${cpu}${arrow}${queue}`);
  const mapped = workers.length > MOST_MAPPED ? [] : [`CPU${arrow}queue ${each.join(' ')}`];
  return firstFitting([...mapped, summed, `${workers.length} workers`], Math.floor(columns / 2));
}

/** What is left of the count or the duration, whichever comes first, from the longest text on. */
function remaining({ leg, progress, total, glyphs, state }: View): Line[] {
  const { countPackets, durationNs } = leg;
  if (state === 'done') return [[span('ended', 'strong')]];
  const byCount = countPackets === null ? null : Math.max(0, countPackets - progress.packets);
  const countSeconds = byCount === null || !(total.pps > 0) ? null : byCount / total.pps;
  const timeSeconds = durationNs === null ? null : Math.max(0, durationNs / 1e9 - progress.seconds);
  if (
    byCount !== null &&
    (timeSeconds === null || (countSeconds ?? Number.POSITIVE_INFINITY) < timeSeconds)
  ) {
    const share = `${percent(progress.packets / (countPackets ?? 1), glyphs)} %`;
    const frames = `${count(byCount, glyphs)} frames left`;
    const left = countSeconds === null ? '' : `, about ${clock(countSeconds, glyphs)}`;
    return [`${frames}${left} (${share})`, `${frames} (${share})`, `${share} sent`].map((text) => [
      span(` ${text}`),
    ]);
  }
  if (timeSeconds !== null) return [[span(` ${clock(Math.ceil(timeSeconds), glyphs)} left`)]];
  return [[span(' until stopped', 'faint')]];
}

function limitLine({ state, limit, glyphs, now }: View): Line {
  const failed = now.workers.find(({ endReason }) => endReason === 'error');
  if (failed) {
    return [span(`CPU ${failed.cpu} ended: the kernel answered ${failed.endError ?? glyphs.dash}`, 'bad')];
  }
  if (state === 'paused') return [span('paused', 'warn'), span(': nothing is sent', 'faint')];
  if (state === 'done') return [span('ended', 'strong')];
  if (!limit) return [span('nothing sent yet', 'faint')];
  const style: Style =
    limit.by === 'CPU' ? 'bad' : limit.by === 'rate' || limit.by === 'line' ? 'good' : 'warn';
  return [span('limited by '), span(limit.by, style), span(`: ${clean(limit.why, glyphs)}`)];
}
