import type { Sizes } from '../model/traffic.js';
import { NAMED_SIZES } from '../profile/sizes.js';
import type { RunOptions, RunPlan } from '../run/plan.js';

/** The sizes that were asked for in the words of --size, or the one size that all frames have; else empty. Pure. */
export function sizesText({ sizes, sizeBytes }: RunOptions, { sizes: sent }: RunPlan): string {
  if (sizes) return formatSizes(sizes);
  if (sizeBytes !== undefined) return String(sizeBytes);
  return sent.minBytes === sent.maxBytes ? String(sent.minBytes) : '';
}

/** As parseSizes() reads it: the same sizes again; empty where there are no such words. */
function formatSizes({ order, list }: Sizes): string {
  if (order !== 'smooth') return '';
  const pairs = list.map(({ sizeBytes, weight }) => [sizeBytes, weight] as const);
  const named = Object.entries(NAMED_SIZES).find(([, mix]) => String(mix) === String(pairs));
  if (named) return named[0];
  const areAlike = list.every(({ weight }) => weight === list[0]?.weight);
  return pairs.map(([size, weight]) => (areAlike ? `${size}` : `${size}:${weight}`)).join(',');
}
