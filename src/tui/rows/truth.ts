import { count, ns, pps } from '../numbers.js';
import type { Line } from '../page.js';
import { apart, clean, span, WIDEST_APART, widthOf } from '../text.js';
import type { Account, View } from '../view.js';
import { firstFitting, type Row } from './block.js';

const LABEL = 9;
/** So that what stands before does not change with the verdict. */
const VERDICT = 27;

/** What we say we sent, what the device counted, and what arrived at the far end. */
export function truthRows(view: View): Row[] {
  const { sent, columns, glyphs, device, farEnd } = view;
  const { packets, bytes, seconds, workerSeconds } = sent;
  const nsPerPacket = packets > 0 ? (workerSeconds * 1e9) / packets : null;
  const average: Line = [
    span(', on average '),
    span(pps(seconds > 0 ? packets / seconds : 0, glyphs), 'strong'),
    span(' and '),
    span(`${ns(nsPerPacket, glyphs, 9)} ns`, 'strong'),
    span(' a packet'),
  ];
  const own: Line = [
    span('sent'.padEnd(LABEL), 'faint'),
    span(count(packets, glyphs), 'strong'),
    span(packets === 1 ? ' frame, ' : ' frames, '),
    span(count(bytes, glyphs), 'strong'),
    span(' bytes (FCS included)'),
  ];
  return [
    { line: widthOf([...own, ...average]) <= columns ? [...own, ...average] : own },
    ...(device ? [accountRow('device', device, deviceTexts(view, device), columns)] : []),
    ...(farEnd ? [accountRow('far end', farEnd, farEndTexts(view, farEnd), columns)] : []),
  ];
}

function accountRow(label: string, { verdict }: Account, texts: readonly string[], columns: number): Row {
  const width = Math.min(columns, WIDEST_APART);
  const room = width - LABEL - Math.max(VERDICT, verdict.text.length) - 1;
  const line = [span(label.padEnd(LABEL), 'faint'), span(firstFitting(texts, room))];
  return { line: apart(line, [span(verdict.text, verdict.style)], width) };
}

/** From the longest on. */
function deviceTexts({ leg, glyphs }: View, account: Account): string[] {
  const { delta, counted, counter } = account;
  const name = clean(delta.name, glyphs);
  const of = `${count(counted, glyphs)} of ${count(account.sent, glyphs)}`;
  const dropped = `dropped ${count(delta.txDropped, glyphs)}`;
  const driver = clean(leg.driver ?? 'no driver name', glyphs);
  const [warmup, isWarm] = warmupTexts(account, glyphs);
  return [
    `${name} (${driver}) counted ${of} (${counter})${warmup}, ${dropped}`,
    `${name} counted ${of} (${counter})${warmup}, ${dropped}`,
    `${name} counted ${of}${warmup}, ${dropped}`,
    `${name} counted ${count(counted, glyphs)}${isWarm}, ${dropped}`,
    `${count(counted, glyphs)}${isWarm}, ${dropped}`,
  ];
}

/** In full and in short; nothing where there was none. */
function warmupTexts({ warmup }: Account, glyphs: View['glyphs']): [string, string] {
  return warmup > 0 ? [` with ${count(warmup, glyphs)} of the warm-up`, ' with warm-up'] : ['', ''];
}

function farEndTexts({ glyphs }: View, account: Account): string[] {
  const { delta, counted, sent } = account;
  const name = clean(delta.name, glyphs);
  const received = `${name} received ${count(counted, glyphs)}`;
  const [warmup, isWarm] = warmupTexts(account, glyphs);
  const of = `${received} of ${count(sent, glyphs)}`;
  const stack =
    delta.rxOtherhostDropped > 0 ? `; its IP layer saw ${count(delta.rxOtherhostDropped, glyphs)}` : '';
  return [`${of}${warmup}${stack}`, `${of}${warmup}`, `${of}${isWarm}`, `${received}${isWarm}`];
}
