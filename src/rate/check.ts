import { ValueError } from '../compile/problems.js';
import { UsageError } from '../errors.js';
import type { Rate, Shape } from '../model/timing.js';
import { formatRate, formatShape } from './format.js';
import { parseShape } from './parse.js';
import { parseRate, RATE_LIMITS } from './parse-rate.js';

/** What the types promise, and a caller of the library or a plan from a file may not keep. */
type Given = Readonly<Record<string, unknown>>;
type Part = 'number' | 'number or null' | 'rate' | 'rate or null' | 'steps';

const NUMBER_OF_RATE = new Map<unknown, string>([
  ['pps', 'value'],
  ['bps', 'value'],
  ['percent', 'value'],
  ['gap', 'gapNs'],
] satisfies [Rate['unit'], string][]);

const PARTS: { readonly [Kind in Shape['kind']]: Readonly<Record<string, Part>> } = {
  constant: { rate: 'rate' },
  poisson: { rate: 'rate' },
  bursts: { packets: 'number', everyNs: 'number', at: 'rate or null', times: 'number or null' },
  'on-off': { onNs: 'number', offNs: 'number', rate: 'rate' },
  ramp: { from: 'rate', to: 'rate', timeNs: 'number', steps: 'number or null' },
  steps: { steps: 'steps' },
  recorded: { speed: 'number' },
};
const PARTS_OF_KIND = new Map<unknown, Readonly<Record<string, Part>>>(Object.entries(PARTS));

/** @throws UsageError */
export function requireRate(rate: unknown): Rate {
  return refusing('rate', () => checkRate(rate));
}

/** `flag`: what the message begins with. @throws UsageError */
export function requireShape(flag: string, shape: unknown): Shape {
  return refusing(flag, () => checkShape(shape));
}

function refusing<T>(flag: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof ValueError ? new UsageError(`${flag} ${error.message}`) : error;
  }
}

/** @throws ValueError that begins with what is wrong. */
export function checkShape(shape: unknown): Shape {
  const parts = isObject(shape) ? PARTS_OF_KIND.get(shape['kind']) : undefined;
  if (!isObject(shape) || !parts) {
    throw new ValueError(`${show(shape)}: expected a shape, such as parseShape('1kpps') makes`);
  }
  checkParts(shape, parts);
  return parseShape(formatShape(shape as unknown as Shape)); // knows all ranges
}

function checkRate(rate: unknown): Rate {
  const key = isObject(rate) ? NUMBER_OF_RATE.get(rate['unit']) : undefined;
  const value = isObject(rate) && key !== undefined ? rate[key] : undefined;
  if (!isObject(rate) || typeof value !== 'number' || !hasLayer(rate)) {
    throw new ValueError(
      `${show(rate)}: expected packets per second, or a rate such as parseRate('40%') makes`,
    );
  }
  if (value > 0 && value < Number.POSITIVE_INFINITY) return parseRate(formatRate(rate as unknown as Rate));
  const range = rate['unit'] === 'gap' ? 'a gap is from 1ns to a week' : `a rate is ${rangeOf(rate['unit'])}`;
  throw new ValueError(`${value}: ${range}`);
}

function hasLayer({ unit, layer }: Given): boolean {
  return unit !== 'bps' || layer === 'l1' || layer === 'l2';
}

function rangeOf(unit: unknown): string {
  return RATE_LIMITS[unit as keyof typeof RATE_LIMITS].text;
}

function checkParts(given: Given, parts: Readonly<Record<string, Part>>): void {
  for (const [key, part] of Object.entries(parts)) {
    const value = given[key];
    if (value === null && part.endsWith('or null')) continue;
    if (part.startsWith('rate')) checkRate(value);
    else if (part === 'steps') checkSteps(value);
    else if (!(typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY)) {
      throw new ValueError(`${key} ${show(value)}: expected a number above 0`);
    }
  }
}

function checkSteps(steps: unknown): void {
  if (!Array.isArray(steps) || steps.length === 0 || !steps.every(isObject)) {
    throw new ValueError(`steps ${show(steps)}: expected a list of steps`);
  }
  for (const step of steps) checkParts(step, { rate: 'rate', timeNs: 'number or null' });
}

function isObject(value: unknown): value is Given {
  return typeof value === 'object' && value !== null;
}

const LONGEST_SHOWN = 80;

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
