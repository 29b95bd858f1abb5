import { type Box, roomInside, wrapped } from './box.js';
import type { Glyphs, Line, Size, Span } from './page.js';
import { widthOf } from './text.js';

const KEYS: readonly (readonly [key: string, meaning: string])[] = [
  ['space', 'pause and resume'],
  ['+ -', 'rate 10 % up or down'],
  ['r', 'rate or shape, in the words of --rate; top for as fast as possible'],
  ['s', 'frame size or mix, in the words of --size'],
  ['p', 'profile, with a preview'],
  ['e', 'engine, with what each can do here'],
  ['b', 'past the queueing discipline and back; what that costs is said'],
  ['c', 'CPUs, one worker on each, in the words of --cpus'],
  ['m', 'mute the selected stream, or send it again'],
  ['f', 'the next frames, decoded, and frames seen at the device'],
  ['1 2 3 4', 'overview, workers, streams, device and messages'],
  ['arrows', 'select and scroll, as the wheel of the mouse does'],
  ['z', 'count from here'],
  ['w', 'write the summary so far as JSON into this directory'],
  ['q', 'quit, with the summary; Ctrl-C without being asked'],
  ['Ctrl-Z', 'back to the shell, paused; fg goes on'],
];
const WORDS: readonly (readonly [word: string, meaning: string])[] = [
  ['ns/pkt', 'time of a worker for a packet; cpu ns/pkt: of it the CPU time'],
  ['budget', 'the time a worker has for a packet at line rate: workers / line rate'],
  ['bar', 'where that time goes, on the scale above it; an arrow where it goes on'],
  ['share %', 'of all that is sent now, how much a worker sends'],
  ['room %', 'of the time, that in which no room was left: back-pressure'],
  ['off-CPU', 'the worker could run, and others had its CPU, or a hypervisor'],
  ['asked %', 'of all frames, how many are asked of a stream; sent %: how many were'],
  ['on their way', 'sent, and not yet in a counter that was read a moment before'],
];
const PARTS: readonly (readonly [part: keyof Glyphs['parts'], word: string, meaning: string])[] = [
  ['fill', 'fill', 'user space: frames made ready, rings filled'],
  ['entry', 'entry', 'into the kernel and back: system calls'],
  ['kernel', 'kernel', 'the send path, from the socket to the driver'],
  ['room', 'room', 'back-pressure: waited for room at the device'],
  ['idle', 'idle', 'no frame was due: paced by a rate'],
  ['offCpu', 'off-CPU', 'others had the CPU'],
];
const MOUSE = 'Shift and the mouse select text, as without a program in the terminal';
const KEY_COLUMNS = 9;
/** "on their way". */
const WORD_COLUMNS = 13;
const WIDEST = 74;

export function helpBox(from: number, size: Size, glyphs: Glyphs): Box {
  const columns = Math.min(WIDEST, roomInside(size).columns);
  const explained = (word: Span, meaning: string, width: number) =>
    wrapped(meaning, columns - width).map((text, i): Line => {
      const first = i === 0 ? { ...word, text: word.text.padEnd(width) } : { text: ' '.repeat(width) };
      return [first, { text }];
    });
  const keys = KEYS.flatMap(([key, meaning]) => explained({ text: key, style: 'key' }, meaning, KEY_COLUMNS));
  const words = WORDS.flatMap(([word, meaning]) =>
    explained({ text: word, style: 'strong' }, meaning, WORD_COLUMNS),
  );
  const parts = PARTS.flatMap(([part, word, meaning]) => {
    const text = `${glyphs.parts[part].repeat(2)} ${word}`;
    return explained({ text, style: part }, meaning, WORD_COLUMNS);
  });
  const mouse = wrapped(MOUSE, columns).map((text): Line => [{ text }]);
  const heading = (text: string): Line[] => [[], [{ text, style: 'faint' }]];
  const lines = [
    ...keys,
    ...mouse,
    ...heading('what takes the time of a packet'),
    ...parts,
    ...heading('other words'),
    ...words,
  ];
  return scrolled('keys, and below them what words mean', lines, from, size);
}

/** Lines of text, long ones broken. */
export function textBox(title: string, text: readonly string[], from: number, size: Size): Box {
  const { columns } = roomInside(size);
  const lines = text.flatMap((line) => ([...line].length > columns ? wrapped(line, columns) : [line]));
  return scrolled(
    title,
    lines.map((line): Line => [{ text: line }]),
    from,
    size,
  );
}

function scrolled(title: string, lines: readonly Line[], from: number, size: Size): Box {
  const { columns, rows } = roomInside(size);
  const first = Math.max(0, Math.min(from, lines.length - rows));
  const shown = lines.slice(first, first + rows);
  const more = first + shown.length < lines.length ? 'more below:' : 'the end:';
  return {
    title,
    columns: Math.min(columns, Math.max(1, ...lines.map(widthOf))),
    lines: shown,
    first,
    foot:
      lines.length > rows
        ? `${more} ${first + 1} to ${first + shown.length} of ${lines.length}; arrows scroll, Esc closes`
        : 'any key closes',
  };
}
