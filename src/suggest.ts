import { closestMatch } from 'leven';

/** The known word that was probably meant: at most half of what was typed, and no more than four letters, differ. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  return closestMatch(word, known, { maxDistance: Math.min(4, word.length >> 1) });
}

/** "did you mean tx-ring?", or the list when nothing is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const match = nearest(word, known);
  return match === undefined ? `there are ${known.join(', ')}` : `did you mean ${match}?`;
}
