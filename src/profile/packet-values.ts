import type { FieldValue, Scalar, Variation } from '../model/traffic.js';
import type { Part, Report } from './packet-words.js';
import { plainValue } from './plain.js';

const VARIATION = /^(random|increment|decrement):(.*)$/s;

/** A field's value: one, a list, or a prefixed variation. Ranges and prefixes stay text: the compiler knows the field. */
export function fieldValueOf(parts: readonly Part[], report: Report): FieldValue {
  const [only] = parts;
  if (parts.length > 1 || !only) return parts.map(scalarOf);
  const match = only.quoted ? null : VARIATION.exec(only.text);
  if (!match) return scalarOf(only);
  const [, vary = '', range = ''] = match;
  return variationOf(vary as Variation['vary'], range) ?? refuse(only, report);
}

function refuse(part: Part, report: Report): FieldValue {
  report(part, 'expected a range or a prefix behind the colon, such as random:1024-65535');
  return '';
}

function scalarOf(part: Part): Scalar {
  const value = part.quoted ? part.text : plainValue(part.text);
  return typeof value === 'number' ? value : part.text;
}

/** "a-b", "a-b:step" or a prefix; nothing for all values. */
function variationOf(vary: Variation['vary'], text: string): Variation | undefined {
  if (text === '') return { vary };
  if (text.includes('/')) return { vary, prefix: text };
  // Colons of MAC and IPv6 addresses are no steps.
  const match = /^([^-:]+)-([^-:]+)(?::(\d{1,15}))?$/.exec(text) ?? /^([^-]+)-([^-]+)$/.exec(text);
  if (!match) return undefined;
  const [, from = '', to = '', step] = match;
  const ends = { vary, from: numberOrText(from), to: numberOrText(to) };
  return step === undefined ? ends : { ...ends, step: Number(step) };
}

function numberOrText(text: string): Scalar {
  const value = plainValue(text);
  return typeof value === 'number' ? value : text;
}

/** `size 64`, `size imix`, `size 64,594,1518`, `size 64:7,1518:1` or `size 64-1518` as a profile would have it. */
export function sizeInputOf(texts: readonly string[]): unknown {
  const [first = ''] = texts;
  const range = /^(\d{1,9})-(\d{1,9})(?::(\d{1,9}))?$/.exec(first);
  if (texts.length === 1 && range)
    return { from: Number(range[1]), to: Number(range[2]), step: Number(range[3] ?? 1) };
  const items = texts.map((text) => {
    const weighted = /^(\d{1,9}):(.+)$/.exec(text);
    return weighted ? { size: Number(weighted[1]), weight: weighted[2] } : numberOrText(text);
  });
  return items.length === 1 && typeof items[0] !== 'object' ? items[0] : items;
}
