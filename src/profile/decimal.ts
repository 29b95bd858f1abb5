import type { Ratio } from './weights.js';

/** More digits than anybody means, few enough that thousands of shares are summed at once. */
const DECIMAL = /^(\d{1,15})(?:\.(\d{1,15}))?(?:e([+-]?\d{1,2}))?$/i;

/** "12.5" → 125/10. Undefined for what is no decimal number above 0 of at most 15 digits on each side of the point. */
export function readDecimal(text: string): Ratio | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const over = BigInt(whole + fraction);
  if (over === 0n) return undefined;
  const power = Number(exponent) - fraction.length;
  return power < 0
    ? { over, under: 10n ** BigInt(-power) }
    : { over: over * 10n ** BigInt(power), under: 1n };
}

/** A whole number as profiles hold it: 31, or "0x1F". NaN for anything else. */
export function wholeNumber(value: unknown): number {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : Number.NaN;
  const written = typeof value === 'string' && /^0x[0-9a-f]{1,14}$/i.test(value);
  return written && Number.isSafeInteger(Number(value)) ? Number(value) : Number.NaN;
}
