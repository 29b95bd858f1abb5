import { QuickLine } from './quick-line.js';

/**
 * The value of a profile that keeps to the plain part of YAML: block mappings and lists of one-line values. Undefined
 * for anything else, right or wrong: that is the business of the full parser, which takes ten times as long.
 */
export function quickYaml(text: string): unknown {
  // Directives, documents, tabs, carriage returns, a stray byte order mark: anything that lines alone do not show.
  if (/[\t\r\ufeff\u0085\u2028\u2029]|^(?:%|---|\.\.\.)/m.test(text)) return undefined;
  const reader = new QuickReader(text);
  try {
    const value = reader.block(0);
    return reader.atEnd ? value : undefined;
  } catch (error) {
    if (error instanceof NotQuick) return undefined;
    throw error;
  }
}

/** Not in the plain part. */
class NotQuick extends Error {}

const MAX_DEPTH = 16;

class QuickReader {
  readonly #lines: readonly QuickLine[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#lines = text.split('\n').flatMap((line) => {
      const content = QuickLine.of(line);
      return content ? [content] : [];
    });
  }

  get atEnd(): boolean {
    return this.#at === this.#lines.length;
  }

  /** All lines from here that begin at exactly this column. */
  block(indent: number): unknown {
    if (++this.#depth > MAX_DEPTH) throw new NotQuick();
    const line = this.#lines[this.#at];
    if (line?.indent !== indent) throw new NotQuick();
    const value = line.isItem ? this.#list(indent) : this.#mapping(indent);
    this.#depth--;
    return value;
  }

  #list(indent: number): unknown[] {
    const items: unknown[] = [];
    for (
      let line = this.#lines[this.#at];
      line && line.indent === indent && line.isItem;
      line = this.#lines[this.#at]
    ) {
      items.push(this.#item(line));
    }
    this.#refuseDeeper(indent);
    return items;
  }

  #item(line: QuickLine): unknown {
    const inner = line.afterDash();
    if (!inner) throw new NotQuick();
    // "- name: x" and what follows is a mapping that begins behind the dash.
    if (inner.isItem) throw new NotQuick();
    if (!inner.takeKey()) {
      this.#at++;
      return this.#inline(inner, line.indent);
    }
    return this.#mapping(inner.indent, inner.rewound());
  }

  /** `first`: in place of the line that is next. */
  #mapping(indent: number, first?: QuickLine): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    let line = first ?? this.#lines[this.#at];
    while (line && line.indent === indent && !line.isItem) {
      const key = line.takeKey();
      if (key === undefined || key === '__proto__' || Object.hasOwn(result, key)) throw new NotQuick();
      this.#at++;
      result[key] = line.isDone() ? this.#nested(indent) : this.#inline(line, indent);
      line = this.#lines[this.#at];
    }
    this.#refuseDeeper(indent);
    return result;
  }

  /** What a key without a value on its line has below it: a deeper block, a list at the same column, or nothing. */
  #nested(indent: number): unknown {
    const next = this.#lines[this.#at];
    if (!next) return null;
    if (next.indent > indent) return this.block(next.indent);
    return next.indent === indent && next.isItem ? this.block(indent) : null;
  }

  /** A value on the rest of a line; deeper lines behind it would continue it. */
  #inline(line: QuickLine, indent: number): unknown {
    const value = line.takeValue();
    if (value === undefined || !line.isDone()) throw new NotQuick();
    this.#refuseDeeper(indent);
    return value;
  }

  #refuseDeeper(indent: number): void {
    const next = this.#lines[this.#at];
    if (next && next.indent > indent) throw new NotQuick();
  }
}
