import { ValueError } from '../compile/problems.js';
import type { Rate } from '../model/timing.js';
import { nearest } from '../suggest.js';
import { parseTimeNs, type Quantity, readQuantity } from './decimal.js';

/** What a rate can be. Lower than 0.001pps is said as a gap: a frame an hour is `gap 1h`. */
export const RATE_LIMITS = {
  pps: { least: 0.001, most: 10e9, text: 'from 0.001pps to 10Gpps; for less, gap 1h and the like' },
  bps: { least: 1, most: 10e12, text: 'from 1bps to 10Tbps' },
  percent: { least: 1e-6, most: 100, text: 'above 0% (from 0.000001%), up to 100%' },
} as const;

/** Those without another meaning are taken in either case; m would be milli. */
const POWER_OF_PREFIX: Readonly<Record<string, number>> = {
  '': 0,
  k: 3,
  K: 3,
  M: 6,
  G: 9,
  g: 9,
  T: 12,
  t: 12,
};
/** Of two that are equally near the first is suggested. */
const UNITS = ['kpps', 'Mpps', 'Gpps', 'pps', '%', 'bps', 'kbps', 'Mbps', 'Gbps', 'Tbps', 'Gbps-l1'];
const UNIT = /^(.?)(pps|bps|bit\/s)(?:[-\s]?(l[12]))?$/i;

const BYTES = /^[kKMGgTt]?(?:B|[Bb]ytes?)\/s$/;

export const RATE_EXAMPLES = '1Mpps, 2.5Gbps, 9.5Gbps-l1, 40% or gap 10us';

/** "1Mpps", "9.5Gbps-l1", "40%", "gap 10us". @throws ValueError that begins with what is wrong. */
export function parseRate(text: string): Rate {
  const gap = /^gap(?:\s+(.+))?$/i.exec(text.trim());
  if (gap?.[1] !== undefined) return { unit: 'gap', gapNs: parseGapNs(gap[1]) };
  if (gap) throw new ValueError(`${text}: expected gap TIME, such as gap 10us`);
  const quantity = readQuantity(text.trim());
  if (!quantity) throw new ValueError(`${text}: expected a rate, such as ${RATE_EXAMPLES}`);
  return quantity.unit === '%' ? percentOf(text, quantity) : inPrefixedUnit(text, quantity);
}

function parseGapNs(text: string): number {
  try {
    return parseTimeNs(text);
  } catch (error) {
    throw error instanceof ValueError ? new ValueError(`gap ${error.message}`) : error;
  }
}

function percentOf(text: string, { times10 }: Quantity): Rate {
  return { unit: 'percent', value: within(text, times10(0), 'percent') };
}

function inPrefixedUnit(text: string, quantity: Quantity): Rate {
  const { unit, written } = quantity;
  if (unit === '') {
    throw new ValueError(`${text}: a rate needs its unit, such as ${written}pps, ${written}Mbps or 40%`);
  }
  const [, prefix = '', base = '', layer] = UNIT.exec(unit) ?? [];
  if (base.startsWith('B') || BYTES.test(unit)) {
    throw new ValueError(`${text}: ${unit} would be bytes per second; rates are in bits: Gbps`);
  }
  if (prefix === 'm') {
    const meant = `${written}M${unit.slice(1)}`;
    throw new ValueError(`${text}: m is milli, a thousandth; did you mean ${meant}?`);
  }
  const power = POWER_OF_PREFIX[prefix];
  const isPackets = base.toLowerCase() === 'pps';
  if (base === '' || power === undefined || (isPackets && layer !== undefined)) {
    throw new ValueError(`${text}: ${unit} is no unit of a rate; ${suggestion(unit, written)}`);
  }
  const value = within(text, quantity.times10(power), isPackets ? 'pps' : 'bps');
  if (isPackets) return { unit: 'pps', value };
  return { unit: 'bps', layer: layer?.toLowerCase() === 'l1' ? 'l1' : 'l2', value };
}

function within(text: string, value: number, unit: keyof typeof RATE_LIMITS): number {
  const { least, most, text: range } = RATE_LIMITS[unit];
  if (value >= least && value <= most) return value;
  throw new ValueError(`${text}: a rate is ${range}`);
}

function suggestion(unit: string, written: string): string {
  const near = nearest(unit, UNITS);
  return near === undefined
    ? `there are pps, bps, bps-l1 (with k, M, G, T before them) and %`
    : `did you mean ${written}${near}?`;
}

/** The fastest link there is, with some room. */
const MOST_LINE_BPS = 10e12;

/** "10G", "2.5Gbps" → bit/s. @throws ValueError that begins with the text. */
export function parseLineRateBps(text: string): number {
  const quantity = readQuantity(text.trim());
  const [, prefix] = /^([kKMGgTt]?)(?:bps|bit\/s)?$/.exec(quantity?.unit ?? '?') ?? [];
  const bps =
    quantity && prefix !== undefined ? quantity.times10(POWER_OF_PREFIX[prefix] ?? Number.NaN) : Number.NaN;
  if (bps >= 1000 && bps <= MOST_LINE_BPS) return bps;
  throw new ValueError(`${text}: expected the speed of a link from 1k to 10T, such as 10G or 2.5Gbps`);
}
