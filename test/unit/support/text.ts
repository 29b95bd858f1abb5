import assert from 'node:assert/strict';
import type { Output } from '#src/outputs/output.js';
import { create } from '#src/outputs/text.js';

export const HEADINGS = 'time  cpu  rate  L2  L1  % line  ns/pkt  cpu ns/pkt  pkts/call  busy'.split('  ');

/** The lines that `show` makes the text output write. */
export function linesOf(show: (output: Output) => void): string[] {
  let written = '';
  show(create({ write: (text: string) => (written += text) }));
  assert.ok(written.endsWith('\n'));
  return written.slice(0, -1).split('\n');
}

/** The one line that starts like that. */
export function lineOf(lines: readonly string[], start: string): string {
  const found = lines.filter((line) => line.startsWith(start));
  assert.equal(found.length, 1, `one line that starts with "${start}" in:\n${lines.join('\n')}`);
  return found[0] ?? '';
}

/** The cells of a row; undefined is a row that is missing. */
export function cellsOf(line: string | undefined): string[] {
  return (line ?? '').trim().split(/ {2,}/);
}
