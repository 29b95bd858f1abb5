import { isNode, isScalar } from 'yaml';
import type { Range } from './excerpt.js';

/** Undefined for keys that are no words. */
export function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  return typeof key.value === 'string' && key.value !== '' ? key.value : undefined;
}

export function rangeOfNode(node: unknown): Range {
  const range = isNode(node) ? node.range : undefined;
  return range ? { start: range[0], end: Math.max(range[1], range[0] + 1) } : { start: 0, end: 1 };
}
