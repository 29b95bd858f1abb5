import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { ASCII, BLOCKS, type Style } from '#src/tui/page.js';
import { allowsColours, attributeOf, canDraw, glyphsOf } from '#src/tui/terminal.js';
import { terminalName } from '#src/tui/terminfo.js';

const STYLES: readonly Style[] = [
  'plain',
  'strong',
  'faint',
  'title',
  'key',
  'selected',
  'good',
  'warn',
  'bad',
  'fill',
  'entry',
  'kernel',
  'room',
  'idle',
  'offCpu',
];
const PARTS: readonly Style[] = ['fill', 'entry', 'kernel', 'room', 'idle', 'offCpu'];

describe('what a terminal can show', () => {
  it('the first of LC_ALL, LC_CTYPE and LANG that says something decides on the glyphs', () => {
    assert.equal(glyphsOf({ LC_ALL: 'C.UTF-8' }), BLOCKS);
    assert.equal(glyphsOf({ LC_ALL: '', LC_CTYPE: 'de_DE.utf8', LANG: 'C' }), BLOCKS);
    assert.equal(glyphsOf({ LC_ALL: 'C', LANG: 'en_GB.UTF-8' }), ASCII);
    assert.equal(glyphsOf({ LC_CTYPE: 'POSIX', LANG: 'en_GB.UTF-8' }), ASCII);
    assert.equal(glyphsOf({}), ASCII);
    assert.equal(glyphsOf({ LANG: 'en_GB.UTF-8', TERM: 'linux' }), ASCII);
  });

  it('NO_COLOR counts when it is not empty', () => {
    assert.equal(allowsColours({}), true);
    assert.equal(allowsColours({ NO_COLOR: '' }), true);
    assert.equal(allowsColours({ NO_COLOR: '1' }), false);
  });

  it('without a name, or a dumb one, there are lines', () => {
    assert.equal(canDraw({}), false);
    assert.equal(canDraw({ TERM: '' }), false);
    assert.equal(canDraw({ TERM: 'dumb' }), false);
    assert.equal(canDraw({ TERM: 'vt100' }), true);
  });

  it('uses the eight colours only, none of them without colours, and what matters can be told apart then', () => {
    for (const style of STYLES) {
      const { colour } = attributeOf(style, true);
      assert.ok(colour === null || (colour > 0 && colour < 7), `${style}: neither black nor white`);
      assert.equal(attributeOf(style, false).colour, null);
    }
    for (const style of ['selected', 'bad', 'warn'] as const) {
      assert.notDeepEqual(attributeOf(style, false), attributeOf('plain', false));
    }
    assert.notDeepEqual(attributeOf('selected', false), attributeOf('bad', false));
    const colours = PARTS.map((part) => attributeOf(part, true).colour);
    assert.equal(new Set(colours).size, PARTS.length, 'parts by colour');
    for (const glyphs of [BLOCKS, ASCII]) {
      assert.equal(new Set(Object.values(glyphs.parts)).size, PARTS.length, 'and by glyph');
    }
  });

  it('descriptions that cannot be read right are not used', async () => {
    const TERMINFO = mkdtempSync(path.join(tmpdir(), 'pktgen-terminfo-'));
    const describe = (name: string, magic: number) => {
      const folder = path.join(TERMINFO, name[0] ?? '');
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, name), Buffer.from([magic & 0xff, magic >> 8, 0, 0]));
    };
    try {
      describe('narrow-one', 0x011a);
      describe('wide-one', 0x021e);
      const named = (TERM: string) => terminalName({ TERM, TERMINFO });
      assert.equal(await named('narrow-one'), 'narrow-one');
      const unknown = await named('wide-one');
      assert.equal(unknown, await named('nobody-knows-this'));
      assert.equal(unknown, await named('../../etc/passwd'));
      assert.equal(unknown, await named(''));
    } finally {
      rmSync(TERMINFO, { recursive: true });
    }
  });
});
