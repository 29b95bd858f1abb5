import type { Looks } from '../page.js';
import { span } from '../text.js';
import type { Row } from './block.js';

/** What the keys do, the most needed first: as many as there is room for. `action` is the key. */
const KEYS: readonly { readonly action: string; readonly key: string; readonly word: string }[] = [
  { action: 'q', key: 'q', word: 'quit' },
  { action: '?', key: '?', word: 'help' },
  { action: 'space', key: 'space', word: 'pause' },
  { action: '+', key: '+', word: '' },
  { action: '-', key: '-', word: 'rate' },
  { action: 's', key: 's', word: 'size' },
  { action: 'p', key: 'p', word: 'profile' },
  { action: 'e', key: 'e', word: 'engine' },
  { action: 'f', key: 'f', word: 'frames' },
  { action: 'r', key: 'r', word: 'set rate' },
  { action: 'b', key: 'b', word: 'bypass' },
  { action: 'c', key: 'c', word: 'CPUs' },
  { action: 'm', key: 'm', word: 'mute' },
  { action: 'z', key: 'z', word: 'zero' },
  { action: 'w', key: 'w', word: 'write' },
];

export function keyRow({ question }: Looks, columns: number, isPaused: boolean): Row {
  if (question !== null) return { line: [span(question, 'strong')] };
  const line = [];
  const hits = [];
  let column = 0;
  for (const { action, key, word } of KEYS) {
    const shown = isPaused && word === 'pause' ? 'resume' : word;
    const text = shown === '' ? '' : ` ${shown}`;
    const gap = column === 0 || action === '-' ? '' : '  ';
    const from = column + gap.length + (action === '-' ? 1 : 0);
    const to = from + key.length + text.length;
    if (to > columns) break;
    line.push(span(action === '-' ? ' ' : gap), span(key, 'key'), span(text));
    hits.push({ fromColumn: from, toColumn: to, action });
    column = to;
  }
  return { line, hits };
}
