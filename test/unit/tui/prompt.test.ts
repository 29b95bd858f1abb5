import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChooserDialog, PromptDialog, ReadingDialog } from '#src/tui/dialog.js';
import { helpBox } from '#src/tui/help.js';
import { ASCII } from '#src/tui/page.js';
import { newPrompt, type Prompt, promptBox, typed } from '#src/tui/prompt.js';

const SIZE = { columns: 80, rows: 24 };

function after(start: Prompt, ...keys: readonly string[]): Prompt {
  return keys.reduce(typed, start);
}

function textOf(prompt: Prompt, columns = 80): string {
  const { lines } = promptBox(prompt, { columns, rows: 24 });
  return lines.map((line) => line.map(({ text }) => text).join('')).join('\n');
}

describe('a line to type', () => {
  it('is edited as lines are', () => {
    const start = newPrompt('rate', [], '10Mpps');
    assert.equal(after(start, 'x').text, '10Mppsx');
    assert.equal(after(start, 'home', '4', 'right', 'right', 'delete', 'k').text, '410kpps');
    assert.equal(after(start, 'left', 'backspace', 'backspace').text, '10Ms');
    assert.equal(after(start, 'C-a', 'backspace', 'left').text, '10Mpps');
    assert.equal(after(start, 'left', 'left', 'C-u').text, 'ps');
    assert.equal(after(start, 'left', 'left', 'C-k').text, '10Mp');
    assert.equal(after(newPrompt('r', [], 'ramp 1Mpps  '), 'C-w').text, 'ramp ');
    assert.equal(after(start, 'up', 'page-down', 'C-x', 'tab').text, '10Mpps');
  });

  it('shows the cursor, also in a text longer than the line', () => {
    const long = newPrompt('rate', [], `${'a'.repeat(100)}z`);
    const box = promptBox(after(long, 'left'), { columns: 30, rows: 24 });
    const cursor = box.lines.flat().find(({ style }) => style === 'selected');
    assert.equal(cursor?.text, 'z');
    assert.ok(textOf(long, 30).length <= 30);
  });

  it('keeps what was typed when it was wrong, and says what was wrong until the next key', async () => {
    const taken: string[] = [];
    const dialog = new PromptDialog(newPrompt('rate', ['1Mpps']), async (text) => {
      if (text === 'fast') throw new Error('fast: expected a rate');
      taken.push(text);
    });
    for (const key of 'fast') assert.equal(await dialog.press(key), dialog);
    assert.equal(await dialog.press('enter'), dialog);
    const shown = () =>
      dialog
        .box(SIZE)
        .lines.map((line) => line.map(({ text }) => text).join(''))
        .join('\n');
    assert.match(shown(), /> fast[\s\S]*expected a rate/);
    await dialog.press('C-u');
    assert.doesNotMatch(shown(), /expected/);
    for (const key of '1pps') await dialog.press(key);
    assert.equal(await dialog.press('enter'), null);
    assert.deepEqual(taken, ['1pps']);
  });

  it('takes q as a letter, Escape as no, and nothing for nothing', async () => {
    const dialog = () =>
      new PromptDialog(newPrompt('rate', []), async () => assert.fail('nothing was typed'));
    const open = dialog();
    assert.equal(await open.press('q'), open);
    assert.equal(await dialog().press('escape'), null);
    assert.equal(await dialog().press('enter'), null);
  });
});

describe('a prompt that begins with what holds now', () => {
  function prompt(taken: string[]): PromptDialog {
    return new PromptDialog(newPrompt('size', [], '64'), async (text) => void taken.push(text), '64');
  }

  it('is edited at its end, and changes nothing as it is', async () => {
    const taken: string[] = [];
    assert.equal(await prompt(taken).press('enter'), null);
    assert.deepEqual(taken, []);
    const dialog = prompt(taken);
    for (const key of ',1518') await dialog.press(key);
    assert.equal(await dialog.press('enter'), null);
    assert.deepEqual(taken, ['64,1518']);
  });

  it('takes what is pasted as one line, without what would be keys', async () => {
    const taken: string[] = [];
    const dialog = prompt(taken);
    dialog.paste(',128,\u001b\r\n256\r');
    await dialog.press('enter');
    assert.deepEqual(taken, ['64,128, 256']);
  });
});

describe('a list to choose from, in use', () => {
  const chooser = {
    title: 'engine',
    choices: [
      { name: 'one', remark: '', refusal: null, preview: [] },
      { name: 'two', remark: '', refusal: 'no such device', preview: [] },
    ],
    selected: 0,
    more: '',
    note: null,
  };

  it('takes what is selected, never what cannot be taken, and stays open where taking failed', async () => {
    const taken: string[] = [];
    let fails = true;
    const dialog = new ChooserDialog(chooser, {
      take: async (name) => {
        taken.push(name);
        if (fails) throw new Error('the ring does not open');
      },
      redraw: () => {},
    });
    /** The last line, where it says what is wrong. */
    const wrong = () => {
      const last = dialog.box(SIZE, ASCII).lines.at(-1) ?? [];
      return last.every(({ style }) => style === 'bad') ? last.map(({ text }) => text).join('') : null;
    };
    await dialog.press('down');
    assert.equal(wrong(), null);
    assert.equal(await dialog.press('enter'), dialog);
    assert.deepEqual(taken, []);
    assert.equal(wrong(), 'two: no such device');
    assert.equal(await dialog.press('select:0'), dialog, 'a click selects');
    assert.equal(await dialog.press('select:0'), dialog, 'and a second one takes');
    assert.equal(wrong(), 'the ring does not open');
    fails = false;
    assert.equal(await dialog.press('enter'), null);
    assert.deepEqual(taken, ['one', 'one']);
  });

  it('looks up previews one at a time, the one that is looked at first', async () => {
    const asked: string[] = [];
    const waiting: ((lines: string[]) => void)[] = [];
    const names = ['a', 'b', 'c'];
    const choices = names.map((name) => ({ name, remark: '', refusal: null, preview: null }));
    const dialog = new ChooserDialog(
      { ...chooser, choices },
      {
        take: async () => {},
        look: (name) => {
          asked.push(name);
          return new Promise((resolve) => waiting.push(resolve));
        },
        redraw: () => {},
      },
    );
    await dialog.press('down');
    await dialog.press('down');
    assert.deepEqual(asked, ['a']);
    waiting.shift()?.(['of a']);
    await new Promise(setImmediate);
    assert.deepEqual(asked, ['a', 'c']);
    waiting.shift()?.(['of c']);
    await new Promise(setImmediate);
    const text = dialog
      .box(SIZE, ASCII)
      .lines.flat()
      .map((span) => span.text)
      .join('');
    assert.match(text, /of c/);
  });
});

describe('something to read', () => {
  it('scrolls where it is longer than the terminal, and any other key closes it', async () => {
    const dialog = new ReadingDialog(helpBox);
    const small = { columns: 60, rows: 8 };
    const first = () =>
      dialog
        .box(small, ASCII)
        .lines[0]?.map(({ text }) => text)
        .join('');
    const top = first();
    assert.match(dialog.box(small, ASCII).foot, /scroll/);
    assert.equal(await dialog.press('end'), dialog);
    assert.notEqual(first(), top);
    assert.equal(await dialog.press('up'), dialog, 'one line back from the end, not from beyond it');
    const last = first();
    assert.equal(await dialog.press('home'), dialog);
    assert.equal(first(), top);
    assert.notEqual(last, top);
    assert.equal(await dialog.press('x'), null);
  });
});
