import { UsageError } from './errors.js';

/** Frame check sequence: part of the frame size, made by the hardware. IEEE 802.3 clause 3.2.9. */
export const FCS_BYTES = 4;
/** Preamble (7), start frame delimiter (1) and inter-frame gap (12): IEEE 802.3 clauses 3.1.1 and 4.4.2. */
export const L1_OVERHEAD_BYTES = 20;
export const ETHERNET_HEADER_BYTES = 14;
export const MIN_SIZE_BYTES = 64;
export const MAX_SIZE_BYTES = 9022;

/** Frame bits per second, FCS included. */
export function l2RateBps(pps: number, meanSizeBytes: number): number {
  return pps * meanSizeBytes * 8;
}

/** Wire bits per second: the frame and the 20 bytes around it. */
export function l1RateBps(pps: number, meanSizeBytes: number): number {
  return pps * (meanSizeBytes + L1_OVERHEAD_BYTES) * 8;
}

/** The highest packet rate of a link, in packets per second. 10 Gbit/s and 64 bytes: 14,880,952. */
export function lineRatePps(linkBps: number, sizeBytes: number): number {
  return linkBps / ((sizeBytes + L1_OVERHEAD_BYTES) * 8);
}

const COUNT = /^(\d+(?:\.\d+)?)([kMG]?)$/;
const COUNT_FACTOR: Record<string, number> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };

/** "1000003", "5k", "2.5M" → a whole number from `minimum` to `maximum`. Throws UsageError naming `flag`. */
export function parseCount(flag: string, text: string, minimum: number, maximum: number): number {
  const match = COUNT.exec(text);
  const value = match ? scale(Number(match[1]), COUNT_FACTOR[match[2] ?? ''] ?? 1) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < minimum || value > maximum) {
    const unbounded = maximum === Number.MAX_SAFE_INTEGER;
    const range = unbounded ? `from ${minimum}, such as 1000003 or 5M` : `from ${minimum} to ${maximum}`;
    throw new UsageError(`${flag} ${text}: expected a whole number ${range}`);
  }
  return value;
}

/** The product without the noise of binary fractions: 4.1 × 1e6 is 4100000, and not 4099999.9999999995. */
function scale(value: number, factor: number): number {
  const product = value * factor;
  const whole = Math.round(product);
  return Math.abs(product - whole) < 1e-3 ? whole : product;
}

const DURATION = /^(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)$/;
const NS_PER_UNIT: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
/** A week, well inside the exact range of a number of nanoseconds. */
export const MAX_DURATION_NS = 7 * 24 * 3600e9;

/** "10s", "500ms", "2m" → nanoseconds. Throws UsageError naming `flag`. */
export function parseDurationNs(flag: string, text: string): number {
  const match = DURATION.exec(text);
  const value = match
    ? Math.round(Number(match[1]) * (NS_PER_UNIT[match[2] ?? ''] ?? Number.NaN))
    : Number.NaN;
  if (!(value > 0 && value <= MAX_DURATION_NS)) {
    throw new UsageError(
      `${flag} ${text}: expected a time with its unit (us, ms, s, m, h), up to a week, such as ${flag} 10s`,
    );
  }
  return value;
}

/** "0,2-3" → [0, 2, 3]. Throws UsageError naming `flag` for anything else, repeated CPUs included. */
export function parseCpuList(flag: string, text: string): number[] {
  const cpus = text.split(',').flatMap((part) => expandRange(part.trim()));
  if (cpus.some(Number.isNaN)) {
    throw new UsageError(`${flag} ${text}: expected CPU numbers and ranges, such as ${flag} 0,2-3`);
  }
  if (new Set(cpus).size !== cpus.length) {
    throw new UsageError(`${flag} ${text}: a CPU is named twice; each worker needs one of its own`);
  }
  return cpus;
}

const MAX_CPU = 1023;

function expandRange(part: string): number[] {
  const match = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part);
  if (!match) return [Number.NaN];
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  if (last < first || last > MAX_CPU) return [Number.NaN];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

const SI = [
  { factor: 1e12, prefix: 'T' },
  { factor: 1e9, prefix: 'G' },
  { factor: 1e6, prefix: 'M' },
  { factor: 1e3, prefix: 'k' },
] as const;

/** The middle one, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** Four significant digits and an SI prefix: 1234567 → "1.235 M", 999960 → "1.000 M". */
function withPrefix(value: number): string {
  if (value === 0) return '0 ';
  const shown = SI.map(({ factor, prefix }) => ({ digits: (value / factor).toPrecision(4), prefix }));
  const fitting = shown.find(({ digits }) => Math.abs(Number(digits)) >= 1);
  return fitting ? `${fitting.digits} ${fitting.prefix}` : `${value.toPrecision(4)} `;
}

export function formatPps(pps: number): string {
  return `${withPrefix(pps)}pps`;
}

export function formatBps(bps: number): string {
  return `${withPrefix(bps)}bit/s`;
}

/** 1234567 → "1,234,567". Not by toLocaleString: its first call takes 60 ms to load. */
export function formatCount(value: number): string {
  return value.toFixed(0).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** Nanoseconds with one decimal; "–" when there is nothing to divide by. */
export function formatNs(value: number | null): string {
  return value === null ? '–' : value.toFixed(1);
}

/** Shorter times than these two digits can show have a unit of their own. */
const SHORT_SECONDS = 0.1;

export function formatSeconds(seconds: number): string {
  if (seconds > 0 && seconds < SHORT_SECONDS) return formatSpan(seconds * 1e9);
  return `${seconds.toFixed(seconds < 100 ? 2 : 0)} s`;
}

const SPANS = [
  { ns: 1e9, unit: 's' },
  { ns: 1e6, unit: 'ms' },
  { ns: 1e3, unit: 'µs' },
] as const;

/** Three digits and the unit that fits: 6400000 → "6.4 ms". */
export function formatSpan(ns: number): string {
  const { ns: factor, unit } = SPANS.find((one) => ns >= one.ns) ?? { ns: 1, unit: 'ns' };
  return `${Number((ns / factor).toPrecision(3))} ${unit}`;
}

/** "1 frame", "1,000 frames". */
export function formatNumberOf(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;
}
