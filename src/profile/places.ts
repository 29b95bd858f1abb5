import { type Alias, isAlias, isMap, isNode, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Range } from './excerpt.js';
import { keyText, rangeOfNode } from './nodes.js';
import type { Path } from './problem.js';

/** Finds the nodes that paths lead to. */
export class Places {
  readonly #pairs = new Map<YAMLMap, ReadonlyMap<string | undefined, Pair>>();

  constructor(
    readonly root: unknown,
    readonly targets: ReadonlyMap<Alias, Node>,
  ) {}

  rangeOf(path: Path, part: 'key' | 'value'): Range {
    const { found, pair, node } = this.#walk(path);
    const hasValue = isNode(node) && node.range && node.range[1] > node.range[0];
    const atKey = pair && ((found === path.length && part === 'key') || !hasValue);
    return rangeOfNode(atKey ? pair.key : node);
  }

  has(path: Path): boolean {
    return this.#walk(path).found === path.length;
  }

  #walk(path: Path): { found: number; pair: Pair | undefined; node: unknown } {
    let node = this.root;
    let pair: Pair | undefined;
    for (const [found, step] of path.entries()) {
      const next = this.#step(node, step);
      if (!next) return { found, pair, node };
      ({ pair, node } = next);
    }
    return { found: path.length, pair, node };
  }

  #step(node: unknown, step: string | number): { pair: Pair | undefined; node: unknown } | undefined {
    const content = isAlias(node) ? this.targets.get(node) : node;
    if (isSeq(content)) {
      const item = content.items[Number(step)];
      return item === undefined ? undefined : { pair: undefined, node: item };
    }
    if (!isMap(content)) return undefined;
    const pair = this.#pairsOf(content).get(String(step));
    return pair && { pair, node: pair.value };
  }

  /** Thousands of unknown keys are looked up one by one. */
  #pairsOf(map: YAMLMap): ReadonlyMap<string | undefined, Pair> {
    const known = this.#pairs.get(map);
    if (known) return known;
    const pairs = new Map(map.items.map((pair) => [keyText(pair.key), pair]));
    this.#pairs.set(map, pairs);
    return pairs;
  }
}
