import { closestMatch } from 'leven';

/**
 * The known word that was probably meant: the same but for case or two neighbouring letters that changed places, else one
 * of which at most half of what was typed, and no more than four letters, differ, else one that begins like it.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  return (
    known.find((one) => one.toLowerCase() === lower) ??
    known.find((one) => isSwapped(lower, one.toLowerCase())) ??
    closestMatch(word, known, { maxDistance: Math.min(4, word.length >> 1) }) ??
    (word.length < 2 ? undefined : known.find((one) => one.toLowerCase().startsWith(lower)))
  );
}

function isSwapped(word: string, known: string): boolean {
  const at = [...word].findIndex((letter, i) => letter !== known[i]);
  if (at < 0 || word.length !== known.length) return false;
  return word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2) === known;
}

/** "did you mean tx-ring?", or the list when nothing is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const match = nearest(word, known);
  return match === undefined ? `there are ${known.join(', ')}` : `did you mean ${match}?`;
}
