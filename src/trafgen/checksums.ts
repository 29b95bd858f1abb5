import type { FrameChecksum } from '../model/traffic.js';

/** What covers the place of another one comes after it; otherwise they stay in their order. */
export function orderedChecksums(checksums: readonly FrameChecksum[]): FrameChecksum[] {
  const waiting = [...checksums];
  const ordered: FrameChecksum[] = [];
  while (waiting.length > 0) {
    const free = waiting.findIndex((one) => !waiting.some((other) => other !== one && covers(one, other)));
    // Where two cover each other there is no right order.
    ordered.push(...waiting.splice(Math.max(free, 0), 1));
  }
  return ordered;
}

function covers(one: FrameChecksum, other: FrameChecksum): boolean {
  return one.covers.some(
    ([from, to]) => other.offsetBytes + 2 > from && other.offsetBytes < (to ?? Number.POSITIVE_INFINITY),
  );
}
