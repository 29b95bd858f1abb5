import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Box, withBox, wrapped } from '#src/tui/box.js';
import { type Chooser, chooserBox, moved, withPreview } from '#src/tui/chooser.js';
import { helpBox, textBox } from '#src/tui/help.js';
import { ASCII, BLOCKS, type Glyphs, type Page, type Size } from '#src/tui/page.js';
import { newPrompt, promptBox } from '#src/tui/prompt.js';

const SIZES: readonly Size[] = [
  { columns: 200, rows: 60 },
  { columns: 80, rows: 24 },
  { columns: 40, rows: 10 },
  { columns: 7, rows: 3 },
  { columns: 1, rows: 1 },
];

function pageOf({ columns, rows }: Size): Page {
  return { lines: Array.from({ length: rows }, () => [{ text: '~'.repeat(columns) }]), hits: [], list: null };
}

function textOf(page: Page): string[] {
  return page.lines.map((line) => line.map(({ text }) => text).join(''));
}

const CHOOSER: Chooser = {
  title: 'engine',
  choices: [
    { name: 'tx-ring', remark: 'now', refusal: null, preview: ['a ring', ''] },
    { name: 'xdp', remark: 'no', refusal: 'the driver has no XDP', preview: ['AF_XDP'] },
    { name: 'packet', remark: '', refusal: null, preview: null },
  ],
  selected: 0,
  more: '',
  note: null,
};

function boxes(size: Size, glyphs: Glyphs): Box[] {
  const error = 'size 1288x: expected a size such as 64, or a mix such as imix, not 1288x';
  return [
    helpBox(0, size, glyphs),
    textBox(
      'frames',
      ['frame 1', `  ethernet ${'dst=02:00:00:00:00:00 '.repeat(8)}`, 'x'.repeat(500)],
      0,
      size,
    ),
    promptBox({ ...newPrompt('size', ['64 to 9022'], '1288x'), error }, size),
    chooserBox(CHOOSER, size, glyphs),
    chooserBox({ ...CHOOSER, selected: 1, note: 'xdp: the driver has no XDP' }, size, glyphs),
  ];
}

describe('what is shown over the page', () => {
  it('fits into any terminal, and covers no more than it needs', () => {
    for (const glyphs of [BLOCKS, ASCII]) {
      for (const size of SIZES) {
        for (const box of boxes(size, glyphs)) {
          const lines = textOf(withBox(pageOf(size), box, size, glyphs));
          assert.equal(lines.length, size.rows);
          for (const line of lines) assert.equal([...line].length, size.columns, `${box.title}: ${line}`);
          if (glyphs === ASCII) assert.match(lines.join(''), /^[ -~]*$/);
        }
      }
    }
  });

  it('has corners', () => {
    const size = { columns: 12, rows: 3 };
    const box = { title: 't', lines: [[{ text: 'inside' }]], foot: 'f', columns: 6 };
    assert.deepEqual(textOf(withBox(pageOf(size), box, size, BLOCKS)), [
      ' ┌─ t ────┐ ',
      ' │ inside │ ',
      ' └─ f ────┘ ',
    ]);
    const [title, , foot] = textOf(
      withBox(pageOf({ columns: 5, rows: 3 }), box, { columns: 5, rows: 3 }, BLOCKS),
    );
    assert.deepEqual([title, foot], ['┌─ t┐', '└─ f┘']);
  });

  it('the help has the keys, the parts of a bar and the words of the tables, and says that it goes on', () => {
    const textAt = (size: Size) => {
      const { lines, foot, title } = helpBox(0, size, BLOCKS);
      return [title, ...lines.map((line) => line.map(({ text }) => text).join('')), foot].join('\n');
    };
    const all = textAt({ columns: 80, rows: 60 });
    for (const word of [
      'budget',
      'share %',
      'room %',
      'off-CPU',
      'on their way',
      'asked %',
      '██ fill',
      '╳╳ room',
      'Shift',
    ]) {
      assert.ok(all.includes(word), word);
    }
    assert.match(all, /any key closes$/);
    assert.ok(helpBox(0, { columns: 60, rows: 15 }, BLOCKS).foot.length <= 54);
    assert.match(
      textAt({ columns: 60, rows: 15 }),
      /below them what words mean[\s\S]*more below: .*arrows scroll/,
    );
  });

  it('pieces of words are not left beside it', () => {
    const size = { columns: 30, rows: 3 };
    const box = { title: 't', lines: [[{ text: 'inside' }]], foot: 'f', columns: 6 };
    assert.equal(
      textOf(withBox(pageOf(size), box, size, ASCII))[1],
      `${' '.repeat(10)}| inside |${' '.repeat(10)}`,
    );
  });

  it('the page goes on at both sides of it, with a blank between', () => {
    const size = { columns: 40, rows: 5 };
    const box = { title: 't', lines: [[{ text: 'inside' }]], foot: 'f', columns: 6 };
    assert.deepEqual(textOf(withBox(pageOf(size), box, size, ASCII)), [
      '~'.repeat(40),
      `${'~'.repeat(14)} +- t ----+ ${'~'.repeat(14)}`,
      `${'~'.repeat(14)} | inside | ${'~'.repeat(14)}`,
      `${'~'.repeat(14)} +- f ----+ ${'~'.repeat(14)}`,
      '~'.repeat(40),
    ]);
  });

  it('only its own rows can be clicked, where they are', () => {
    const size = { columns: 80, rows: 24 };
    const under = { ...pageOf(size), hits: [{ row: 0, fromColumn: 0, toColumn: 5, action: 'q' }] };
    const page = withBox(under, chooserBox(CHOOSER, size, ASCII), size, ASCII);
    const lines = textOf(page);
    assert.deepEqual(
      page.hits.map(({ row, action }) => [
        action,
        lines[row]?.includes(CHOOSER.choices[Number(action.slice(7))]?.name ?? '?'),
      ]),
      [
        ['select:0', true],
        ['select:1', true],
        ['select:2', true],
      ],
    );
  });

  it('names the frames of others without letting them move the cursor', () => {
    const size = { columns: 40, rows: 5 };
    const box = textBox('\u001b[2J', ['\u001b[31mred\u0007'], 0, size);
    const characters = [...textOf(withBox(pageOf(size), box, size, BLOCKS)).join('')];
    assert.deepEqual(
      characters.filter((character) => character < ' '),
      [],
    );
  });
});

describe('a list to choose from', () => {
  const size = { columns: 80, rows: 24 };
  const text = (chooser: Chooser) =>
    textOf(withBox(pageOf(size), chooserBox(chooser, size, ASCII), size, ASCII)).join('\n');

  it('moves by keys and clicks, and stays within', () => {
    assert.equal(moved(CHOOSER, 'down').selected, 1);
    assert.equal(moved(CHOOSER, 'end').selected, 2);
    assert.equal(moved(CHOOSER, 'up').selected, 0);
    assert.equal(moved(CHOOSER, 'page-down').selected, 2);
    assert.equal(moved(CHOOSER, 'select:2').selected, 2);
    assert.equal(moved(CHOOSER, 'x'), CHOOSER);
    assert.equal(moved({ ...CHOOSER, note: 'no' }, 'down').note, null);
  });

  it('shows what is known about the selected one, and why it cannot be taken', () => {
    assert.match(text(CHOOSER), /a ring/);
    assert.match(text(moved(CHOOSER, 'down')), /the driver has no XDP[\s\S]*AF_XDP/);
    assert.match(text(moved(CHOOSER, 'end')), /looking/);
    assert.match(text(withPreview(moved(CHOOSER, 'end'), 'packet', ['sendmmsg'])), /sendmmsg/);
  });

  it('a list longer than the terminal scrolls with the selected one', () => {
    const choices = Array.from({ length: 100 }, (_, i) => ({
      name: `profile-${i}`,
      remark: '',
      refusal: null,
      preview: [],
    }));
    for (const selected of [0, 50, 99])
      assert.match(text({ ...CHOOSER, choices, selected }), new RegExp(`profile-${selected}\\b`));
  });
});

describe('text in columns', () => {
  it('is broken between words, keeps its indent, and loses nothing', () => {
    assert.deepEqual(wrapped('  one two three', 9), ['  one two', '  three']);
    assert.deepEqual(wrapped('abcdefgh', 3), ['abc', 'def', 'gh']);
    assert.deepEqual(wrapped('', 5), ['']);
  });
});
