/** What takes the YAML parser time: lines, and what separates values in them. 10,000 streams have about 150,000. */
export const MAX_PARTS = 400_000;

/** Where a text goes beyond MAX_PARTS; undefined if it does not. */
export function endOfParts(text: string): number | undefined {
  if (text.length <= MAX_PARTS) return undefined;
  let parts = 0;
  for (const { index } of text.matchAll(/[\n,[\]{}]|- |\? |: /g)) {
    if (++parts > MAX_PARTS) return index;
  }
  return undefined;
}

/** Brackets and dashes in texts and comments count as well, so this is more than a profile may have. */
const MAX_NESTING = 100;

/**
 * Where a text is nested deeper than anything sensible. The parser calls itself for each level, and a stack that is
 * nearly used up is no error that one can catch: V8 ends the process if a regular expression is compiled just then.
 */
export function endOfNesting(text: string): number | undefined {
  const nesting = new Nesting();
  for (const { 0: mark, index } of text.matchAll(/\n *|[[\]{},]|[-?:](?=\s)/g)) {
    nesting.see(mark);
    if (nesting.depth > MAX_NESTING) return index;
  }
  return undefined;
}

class Nesting {
  #brackets = 0;
  /** "- - - a" and "a: b: c" on one line. */
  #chain = 0;
  readonly #indents: number[] = [0];

  get depth(): number {
    return this.#brackets + this.#chain + this.#indents.length;
  }

  see(mark: string): void {
    if (mark === '[' || mark === '{') this.#brackets++;
    else if (mark === ']' || mark === '}') this.#brackets = Math.max(0, this.#brackets - 1);
    else if (mark === '-' || mark === '?' || mark === ':') this.#chain++;
    if (mark === ',' || mark === '[' || mark === '{') this.#chain = 0;
    if (mark.startsWith('\n')) this.#newLine(mark.length - 1);
  }

  #newLine(indent: number): void {
    this.#chain = 0;
    while ((this.#indents.at(-1) ?? -1) >= indent) this.#indents.pop();
    this.#indents.push(indent);
  }
}
