import { type Alias, isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { YamlProblem } from './document.js';
import { keyText, rangeOfNode } from './nodes.js';
import { plainValue } from './plain.js';
import { type Path, show } from './problem.js';

/** Far above what 10,000 streams need, far below what hurts. */
const MAX_NODES = 1_000_000;
const MAX_DEPTH = 32;
const MAX_PROBLEMS = 10_000;
export const TOO_DEEP = `nested more than ${MAX_DEPTH} levels deep`;
/** From nodes to values. Values of anchors are shared, and count each time: what walks over them takes that long. */
export class Walk {
  readonly problems: YamlProblem[] = [];
  readonly targets = new Map<Alias, Node>();
  readonly #anchors = new Map<
    string,
    { readonly node: Node; readonly value: unknown; readonly nodes: number }
  >();
  #nodes = 0;

  valueOf(node: unknown, path: Path, depth: number): unknown {
    if (!isNode(node)) return null;
    const before = this.#nodes++;
    if (this.#nodes > MAX_NODES) return this.#refuseOnce(node, path, `more than ${MAX_NODES} values`);
    if (depth > MAX_DEPTH) return this.#refuse(node, path, TOO_DEEP);
    if (isAlias(node)) return this.#follow(node, path);
    const value = this.#content(node, path, depth);
    const { anchor } = node as { anchor?: string };
    if (anchor !== undefined) this.#anchors.set(anchor, { node, value, nodes: this.#nodes - before });
    return value;
  }

  #content(node: Node, path: Path, depth: number): unknown {
    if (isSeq(node)) return node.items.map((item, i) => this.valueOf(item, [...path, i], depth + 1));
    if (isMap(node)) return this.#mapping(node.items, path, depth);
    return isScalar(node) ? scalarValue(node) : null;
  }

  #mapping(pairs: readonly Pair[], path: Path, depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const { key, value } of pairs) {
      const name = keyText(key);
      const message = this.#keyProblem(name, result);
      if (message !== undefined) this.#refuse(key, [...path, name ?? ''], message);
      else if (name !== undefined) result[name] = this.valueOf(value, [...path, name], depth + 1);
    }
    return result;
  }

  #keyProblem(name: string | undefined, siblings: Record<string, unknown>): string | undefined {
    if (name === undefined) return 'a key must be a word';
    if (name === '__proto__') return 'no such key';
    return Object.hasOwn(siblings, name) ? 'given twice' : undefined;
  }

  #follow(alias: Alias, path: Path): unknown {
    const anchor = this.#anchors.get(alias.source);
    if (!anchor) return this.#refuse(alias, path, `no anchor &${show(alias.source)} stands before this`);
    this.targets.set(alias, anchor.node);
    this.#nodes += anchor.nodes;
    if (this.#nodes <= MAX_NODES) return anchor.value;
    return this.#refuseOnce(alias, path, `with its aliases the profile has more than ${MAX_NODES} values`);
  }

  #refuseOnce(node: unknown, path: Path, message: string): null {
    if (this.problems.some(({ message: known }) => known === message)) return null;
    return this.#refuse(node, path, message);
  }

  #refuse(node: unknown, path: Path, message: string): null {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ path, message, range: rangeOfNode(node) });
    return null;
  }
}

function scalarValue(node: { value: unknown; type?: string; tag?: string; source?: string }): unknown {
  const plain = node.type === 'PLAIN' && node.tag === undefined;
  return plain ? plainValue(node.source ?? '') : node.value;
}
