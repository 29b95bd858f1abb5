import { ValueError } from '../compile/problems.js';
import { UsageError } from '../errors.js';
import type { Order, Sizes } from '../model/traffic.js';
import { didYouMean } from '../suggest.js';
import { MAX_SIZE_BYTES, MIN_SIZE_BYTES } from '../units.js';
import { wholeNumber } from './decimal.js';
import { genomeSizes } from './genome.js';
import { sizeInputOf } from './packet-values.js';
import { type Path, show } from './problem.js';
import { type Ratio, readShare, wholeWeights } from './weights.js';

/** A header, 4 bytes of FCS and nothing else: what a raw frame may be cut down to. */
export const MIN_RAW_SIZE_BYTES = 18;

interface Weighted {
  readonly sizeBytes: number;
  readonly share: Ratio;
}

type Mix = readonly (readonly [sizeBytes: number, weight: number])[];

/** The mixes that people ask for by name. */
export const NAMED_SIZES: Readonly<Record<string, Mix>> = {
  imix: [[64, 7], [594, 4], [1518, 1]], // biome-ignore format: a table
  'imix-570': [[64, 7], [570, 4], [1518, 1]], // biome-ignore format: a table
  // RFC 2544 section 9.1.
  rfc2544: [64, 128, 256, 512, 1024, 1280, 1518].map((sizeBytes) => [sizeBytes, 1] as const),
};

const ONE: Ratio = { over: 1n, under: 1n };
const EXPECTED = 'expected a size such as 64, a list such as [64, 594, 1518], or a mix such as imix';

/** A size, a list, a range or a mix, as a person wrote it. Throws ValueError. */
export function readSizes(value: unknown, raw = false): Sizes {
  const minimum = raw ? MIN_RAW_SIZE_BYTES : MIN_SIZE_BYTES;
  if (typeof value === 'string' && !value.startsWith('0x')) return namedSizes(value);
  if (Array.isArray(value)) return weighted(value.map((item, i) => listItem(item, i, minimum)));
  if (typeof value !== 'object' || value === null)
    return weighted([{ sizeBytes: sizeOf(value, minimum), share: ONE }]);
  return 'from' in value ? rangeOf(value as RangeInput, minimum) : weightedMap(value, minimum);
}

function namedSizes(name: string): Sizes {
  if (/^imix:/i.test(name)) return genomeSizes(name);
  const mix = Object.hasOwn(NAMED_SIZES, name) ? NAMED_SIZES[name] : undefined;
  if (!mix) {
    if (!/^[a-z]/i.test(name)) throw new ValueError(`${EXPECTED}, not ${show(name)}`);
    throw new ValueError(
      `no sizes '${show(name)}'; ${didYouMean(name.slice(0, 40), Object.keys(NAMED_SIZES))}`,
    );
  }
  return { order: 'smooth', list: mix.map(([sizeBytes, weight]) => ({ sizeBytes, weight })) };
}

function listItem(item: unknown, i: number, minimum: number): Weighted {
  if (typeof item !== 'object' || item === null) return { sizeBytes: sizeOf(item, minimum, [i]), share: ONE };
  const { size, weight = 1 } = item as { size?: unknown; weight?: unknown };
  return { sizeBytes: sizeOf(size, minimum, [i, 'size']), share: shareOf(weight, [i, 'weight']) };
}

function weightedMap(map: object, minimum: number): Sizes {
  const list = Object.entries(map).map(([size, weight]) => ({
    sizeBytes: sizeOf(/^\d{1,6}$/.test(size) ? Number(size) : size, minimum, [size]),
    share: shareOf(weight, [size]),
  }));
  return weighted(list);
}

function weighted(list: readonly Weighted[]): Sizes {
  if (list.length === 0) throw new ValueError(EXPECTED);
  const { weights } = wholeWeights(list.map(({ share }) => share));
  return { order: 'smooth', list: list.map(({ sizeBytes }, i) => ({ sizeBytes, weight: weights[i] ?? 1 })) };
}

function shareOf(value: unknown, path: Path): Ratio {
  const share = readShare(value);
  if (!share) throw new ValueError(`expected a weight above 0, not ${show(value)}`, path);
  return share;
}

/** A size or a mix from a command line: "1518", "64,594", "64:7,1518:1", "64-1518", "imix". Throws UsageError. */
export function parseSizes(flag: string, text: string): Sizes {
  try {
    return readSizes(sizeInputOf(text.split(',')));
  } catch (error) {
    if (error instanceof ValueError) throw new UsageError(`${flag} ${text}: ${error.message}`);
    throw error;
  }
}

interface RangeInput {
  readonly from: unknown;
  readonly to?: unknown;
  readonly step?: unknown;
  readonly order?: Order;
}

/** In a row, upwards: a sweep. */
function rangeOf(range: RangeInput, minimum: number): Sizes {
  const from = sizeOf(range.from, minimum, ['from']);
  const to = sizeOf(range.to, minimum, ['to']);
  const step = wholeNumber(range.step ?? 1);
  if (to < from) throw new ValueError(`${to} is below ${from}, where the range begins`, ['to']);
  if (!(step >= 1)) throw new ValueError(`expected a whole number from 1, not ${show(range.step)}`, ['step']);
  const length = Math.floor((to - from) / step) + 1;
  const list = Array.from({ length }, (_, i) => ({ sizeBytes: from + i * step, weight: 1 }));
  return { order: range.order ?? 'grouped', list };
}

function sizeOf(value: unknown, minimum: number, path: Path = []): number {
  const size = wholeNumber(value);
  if (size >= minimum && size <= MAX_SIZE_BYTES) return size;
  const range = `${minimum} to ${MAX_SIZE_BYTES} bytes, the 4 of the FCS included`;
  throw new ValueError(`expected a frame size from ${range}, not ${show(value)}`, path);
}

/** The mean frame size, exactly. */
export function meanSizeBytes(sizes: Sizes): Ratio {
  const over = sizes.list.reduce((sum, { sizeBytes, weight }) => sum + sizeBytes * weight, 0);
  const under = sizes.list.reduce((sum, { weight }) => sum + weight, 0);
  return { over: BigInt(over), under: BigInt(under) };
}
