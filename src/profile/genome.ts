import { ValueError } from '../compile/problems.js';
import type { Sizes } from '../model/traffic.js';
import { MAX_SIZE_BYTES } from '../units.js';
import { show } from './problem.js';

/** RFC 6985 section 4. */
const SIZE_OF_LETTER: ReadonlyMap<string, number> = new Map([
  ['a', 64],
  ['b', 128],
  ['c', 256],
  ['d', 512],
  ['e', 1024],
  ['f', 1280],
  ['g', 1518],
  ['h', 2112],
  ['i', 9000],
  ['j', 16000],
]);

const LONGEST_GENOME = 4096;

/** "IMIX:aaaaaaabbbbg" → the sizes in exactly this order. Throws ValueError. */
export function genomeSizes(text: string): Sizes {
  const letters = text.slice('IMIX:'.length).trim();
  if (letters.length === 0 || letters.length > LONGEST_GENOME) {
    throw new ValueError(`expected 1 to ${LONGEST_GENOME} letters behind IMIX:, such as IMIX:aaaaaaabbbbg`);
  }
  const runs = [...letters.matchAll(/(.)\1*/gsu)].map(([run, letter = '']) => ({
    sizeBytes: sizeOf(letter),
    weight: run.length / letter.length,
  }));
  return { order: 'grouped', list: runs };
}

function sizeOf(letter: string): number {
  // The RFC lets it stand for the interface's MTU, and a profile knows of no interface.
  if (letter === 'z')
    throw new ValueError('z, the MTU, is not known to a profile; write the sizes as a list');
  const sizeBytes = SIZE_OF_LETTER.get(letter);
  if (sizeBytes === undefined)
    throw new ValueError(`no size has the letter ${show(letter)}; RFC 6985 knows a to j`);
  if (sizeBytes <= MAX_SIZE_BYTES) return sizeBytes;
  throw new ValueError(`${letter} is ${sizeBytes} bytes, and frames end at ${MAX_SIZE_BYTES}`);
}
