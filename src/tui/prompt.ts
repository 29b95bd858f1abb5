import { type Box, roomInside, wrapped } from './box.js';
import type { Line, Size } from './page.js';

/** A question that is answered by a line of text. Plain data. */
export interface Prompt {
  readonly title: string;
  /** What would be right. */
  readonly help: readonly string[];
  readonly text: string;
  /** Before which character the next one goes. */
  readonly cursor: number;
  /** What was wrong with it; what was typed stays. */
  readonly error: string | null;
}

export function newPrompt(title: string, help: readonly string[], text = ''): Prompt {
  return { title, help, text, cursor: [...text].length, error: null };
}

/** The prompt after a key; keys that mean nothing change nothing. */
export function typed(prompt: Prompt, key: string): Prompt {
  const characters = [...prompt.text];
  const { cursor } = prompt;
  const changed = (before: readonly string[], behind: readonly string[]) => ({
    ...prompt,
    text: [...before, ...behind].join(''),
    cursor: before.length,
    error: null,
  });
  const at = (position: number) => ({
    ...prompt,
    cursor: Math.min(characters.length, Math.max(0, position)),
  });
  switch (key) {
    case 'left':
    case 'C-b':
      return at(cursor - 1);
    case 'right':
    case 'C-f':
      return at(cursor + 1);
    case 'home':
    case 'C-a':
      return at(0);
    case 'end':
    case 'C-e':
      return at(characters.length);
    case 'backspace':
      return changed(characters.slice(0, Math.max(0, cursor - 1)), characters.slice(cursor));
    case 'delete':
      return changed(characters.slice(0, cursor), characters.slice(cursor + 1));
    case 'C-u':
      return changed([], characters.slice(cursor));
    case 'C-k':
      return changed(characters.slice(0, cursor), []);
    case 'C-w':
      return changed(withoutLastWord(characters.slice(0, cursor)), characters.slice(cursor));
    default:
      if ([...key].length !== 1) return prompt;
      return changed([...characters.slice(0, cursor), key], characters.slice(cursor));
  }
}

function withoutLastWord(characters: readonly string[]): string[] {
  return [
    ...characters
      .join('')
      .trimEnd()
      .replace(/[^ ]+$/, ''),
  ];
}

const WIDEST = 72;
const PROMPT = '> ';

export function promptBox(prompt: Prompt, size: Size): Box {
  const columns = Math.min(WIDEST, roomInside(size).columns);
  const error = prompt.error === null ? [] : wrapped(prompt.error, columns);
  return {
    title: prompt.title,
    columns,
    lines: [
      ...prompt.help.flatMap((text) => wrapped(text, columns)).map((text): Line => [{ text }]),
      inputLine(prompt, columns),
      ...error.map((text): Line => [{ text, style: 'bad' }]),
    ],
    foot: 'Enter takes it, Esc leaves all as it is',
  };
}

/** So much of it as there is room for, with the cursor in it. */
function inputLine({ text, cursor }: Prompt, columns: number): Line {
  const room = Math.max(1, columns - PROMPT.length);
  const characters = [...text, ' '];
  const from = Math.max(0, cursor - room + 1);
  return [
    { text: PROMPT, style: 'key' },
    { text: characters.slice(from, cursor).join('') },
    { text: characters[cursor] ?? ' ', style: 'selected' },
    { text: characters.slice(cursor + 1, from + room).join('') },
  ];
}
