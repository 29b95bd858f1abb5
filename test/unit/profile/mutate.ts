import type { Random } from '../support/random.js';

/** What breaks readers: YAML's own letters, edges of numbers, names with a meaning to JavaScript. */
const WORDS = [
  ': ',
  ':',
  '- ',
  ' #',
  '#',
  '{',
  '}',
  '[',
  ']',
  ',',
  '"',
  "'",
  '\n',
  '\n  ',
  '\n      ',
  '\t',
  '\r\n',
  '&a ',
  '*a',
  '!',
  '|',
  '>',
  '?',
  '%',
  '---\n',
  '...\n',
  '~',
  'null',
  'true',
  '0x1F',
  '007',
  '1e3',
  '-1',
  '0',
  '9007199254740993',
  '.inf',
  '1.50',
  '60 %',
  '__proto__',
  'constructor',
  'toString',
  '<<',
  '\0',
  '\u{1f600}',
  '\ufeff',
  'random:',
  '1-2',
  '198.18.0.0/15',
  'IMIX:az',
  'poisson 40%',
  'gap 0us',
  'recorded 2x',
  'rate: ',
  'then: ',
  '-1s',
  ' / ',
  '=',
  '   ',
];

/** One of the texts with one to four changes. */
export function mutate(random: Random, texts: readonly string[]): string {
  let text = pick(random, texts);
  const changes = random.whole(1, 4);
  for (let i = 0; i < changes; i++) text = change(random, text, texts);
  return text;
}

function change(random: Random, text: string, texts: readonly string[]): string {
  const at = random.whole(0, text.length);
  const end = Math.min(text.length, at + random.whole(0, 12));
  switch (random.whole(0, 6)) {
    case 0:
      return text.slice(0, at) + text.slice(end);
    case 1:
      return text.slice(0, at) + pick(random, WORDS) + text.slice(end);
    case 2:
      return text.slice(0, at) + text.slice(at, end).repeat(random.whole(2, 5)) + text.slice(end);
    case 3:
      return spliceLine(random, text, texts);
    case 4:
      return replaceWord(random, text);
    default:
      return text.slice(0, at) + pick(random, WORDS) + text.slice(at);
  }
}

/** A line of another text between two of this one. */
function spliceLine(random: Random, text: string, texts: readonly string[]): string {
  const lines = text.split('\n');
  const other = pick(random, texts).split('\n');
  return lines.toSpliced(random.whole(0, lines.length), random.whole(0, 1), pick(random, other)).join('\n');
}

function replaceWord(random: Random, text: string): string {
  const words = [...text.matchAll(/[\w.]+/g)];
  const word = words[random.whole(0, Math.max(0, words.length - 1))];
  if (!word) return text;
  return text.slice(0, word.index) + pick(random, WORDS) + text.slice(word.index + word[0].length);
}

function pick<T>(random: Random, list: readonly T[]): T {
  const item = list[random.whole(0, list.length - 1)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}
