import { formatBps, formatCount, formatPps, formatSpan } from '../units.js';
import type { Glyphs } from './page.js';

/** A figure that is not known, or not a number, is a dash. */
export type Figure = number | null | undefined;

const isKnown = (value: Figure): value is number => value != null && Number.isFinite(value);

const PREFIXES = [
  { factor: 1e18, prefix: 'E' },
  { factor: 1e15, prefix: 'P' },
  { factor: 1e12, prefix: 'T' },
  { factor: 1e9, prefix: 'G' },
  { factor: 1e6, prefix: 'M' },
  { factor: 1e3, prefix: 'k' },
] as const;

/** What a column as wide can hold of a number of things: all digits, else four of them and a prefix. */
export function count(value: Figure, glyphs: Glyphs, width = Number.POSITIVE_INFINITY): string {
  if (!isKnown(value)) return glyphs.dash;
  const whole = formatCount(value);
  if (whole.length <= width && Math.abs(value) < 1e21) return whole;
  const fitting = PREFIXES.find(({ factor }) => Math.abs(value) >= factor);
  if (!fitting || Math.abs(value) >= 1e21) return value.toExponential(1);
  return `${(value / fitting.factor).toPrecision(4)} ${fitting.prefix}`;
}

/** Four digits of it no longer have a prefix. */
const TOO_MANY = 9.999e15;

/** "14.88 Mpps"; more than any device sends is in powers of ten. */
export function pps(value: Figure, glyphs: Glyphs): string {
  if (!isKnown(value)) return glyphs.dash;
  if (value > 0 && value < 1) return `${value.toFixed(3)} pps`;
  return value < TOO_MANY ? formatPps(value) : `${value.toExponential(0)} pps`;
}

export function bps(value: Figure, glyphs: Glyphs): string {
  if (!isKnown(value)) return glyphs.dash;
  if (value > 0 && value < 1) return `${value.toFixed(3)} bit/s`;
  return value < TOO_MANY ? formatBps(value) : `${value.toExponential(0)} bit/s`;
}

/** Of a whole that is 1; without the sign. */
export function percent(share: Figure, glyphs: Glyphs, digits = 1): string {
  if (!isKnown(share)) return glyphs.dash;
  const value = 100 * share;
  return Math.abs(value) < 1e6 ? value.toFixed(digits) : value.toExponential(1);
}

/**
 * Nanoseconds in a column as wide: with one decimal, or none; longer times have a unit of their own with them, with as many
 * digits as there is room for.
 */
export function ns(value: Figure, glyphs: Glyphs, width: number): string {
  if (!isKnown(value)) return glyphs.dash;
  const short = (digits: number) => formatSpan(Number(value.toPrecision(digits))).replace(' ', '');
  const candidates = [value.toFixed(1), value.toFixed(0), short(3), short(2), short(1)];
  return candidates.find((text) => text.length <= width) ?? value.toExponential(0);
}

export function decimal(value: Figure, glyphs: Glyphs, width: number): string {
  if (!isKnown(value)) return glyphs.dash;
  const text = value.toFixed(1);
  return text.length <= width ? text : count(value, glyphs, width);
}

/** "0:07", "12:34", "1:02:03", "2 d 03:00:00". */
export function clock(seconds: Figure, glyphs: Glyphs): string {
  if (!isKnown(seconds)) return glyphs.dash;
  const whole = Math.floor(Math.max(0, seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const days = Math.floor(whole / 86_400);
  const hours = Math.floor(whole / 3600) % 24;
  const minutes = Math.floor(whole / 60) % 60;
  if (days > 0) return `${days} d ${two(hours)}:${two(minutes)}:${two(whole % 60)}`;
  if (hours > 0) return `${hours}:${two(minutes)}:${two(whole % 60)}`;
  return `${minutes}:${two(whole % 60)}`;
}

/** At most five characters: "3.94M", "394k", "12". */
export function brief(value: Figure, glyphs: Glyphs): string {
  if (!isKnown(value)) return glyphs.dash;
  const digits = Number(value.toPrecision(3));
  const fitting = PREFIXES.find(({ factor }) => Math.abs(digits) >= factor);
  if (!fitting) return digits === Math.round(digits) ? digits.toFixed(0) : digits.toFixed(2).slice(0, 5);
  if (digits >= 1e21) return digits.toExponential(0);
  return `${(digits / fitting.factor).toPrecision(3)}${fitting.prefix}`;
}
