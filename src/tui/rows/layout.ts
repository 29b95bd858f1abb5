import type { Block } from './block.js';

/** A part of a page, and who is left out first where there is not even the least for all: the lowest. */
export interface Placed extends Block {
  readonly importance: number;
}

/**
 * How many rows each part gets, in the order of the page. First the least of each, the most important ones first; what is left
 * goes row by row, in turn, to those who are not well yet; then to those who can use more. Pure.
 */
export function shareRows(blocks: readonly Placed[], rows: number): number[] {
  const given = blocks.map(() => 0);
  let room = rows;
  const byImportance = [...blocks.entries()].sort(([i, a], [j, b]) => b.importance - a.importance || i - j);
  const isIn = (i: number, { least }: Placed) => (given[i] ?? 0) >= least;
  const grow = (limit: (block: Placed) => number) => {
    for (let isServed = true; room > 0 && isServed; ) {
      isServed = false;
      for (const [i, block] of byImportance) {
        const has = given[i] ?? 0;
        if (room === 0 || !isIn(i, block) || has >= limit(block)) continue;
        given[i] = has + 1;
        room--;
        isServed = true;
      }
    }
  };
  for (const [i, { least }] of byImportance) {
    if (least > room) continue;
    given[i] = least;
    room -= least;
  }
  grow(({ good }) => good);
  grow(({ most }) => most);
  return given;
}
