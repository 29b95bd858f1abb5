import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeInput, decodeRest, type Input, isPasting } from '#src/tui/input.js';

const ESC = '\u001b';

function nameOf(input: Input): string {
  if (input.kind === 'key') return input.key;
  return input.kind === 'paste' ? `paste ${input.text}` : `${input.kind} ${input.row} ${input.column}`;
}

function keys(text: string): string[] {
  return decodeInput(text).inputs.map(nameOf);
}

describe('what a terminal sends', () => {
  it('keys that come together keep their order', () => {
    assert.deepEqual(keys('r5Mpps\r+-q'), ['r', '5', 'M', 'p', 'p', 's', 'enter', '+', '-', 'q']);
    assert.deepEqual(keys(' \t\u007f\b\n'), [' ', 'tab', 'backspace', 'backspace', 'enter']);
    assert.deepEqual(keys('\u0001\u0003\u001a'), ['C-a', 'C-c', 'C-z']);
    assert.deepEqual(keys('µ→'), ['µ', '→']);
  });

  it('names keys alike, whatever terminal sends them', () => {
    assert.deepEqual(keys(`${ESC}[A${ESC}OB${ESC}[1;5C${ESC}[D`), ['up', 'down', 'right', 'left']);
    assert.deepEqual(keys(`${ESC}[H${ESC}[1~${ESC}OF${ESC}[4~${ESC}[8~`), [
      'home',
      'home',
      'end',
      'end',
      'end',
    ]);
    assert.deepEqual(keys(`${ESC}[5~${ESC}[6~${ESC}[3~${ESC}[Z`), [
      'page-up',
      'page-down',
      'delete',
      'back-tab',
    ]);
    assert.deepEqual(
      keys(`${ESC}[[A${ESC}[15~${ESC}[Ix`),
      ['x'],
      'what means nothing leaves no letters behind',
    );
  });

  it('clicks and wheels, from 0, among keys; releases and moves are nothing', () => {
    assert.deepEqual(keys(`a${ESC}[<0;5;3M${ESC}[<0;5;3mb`), ['a', 'press 2 4', 'b']);
    assert.deepEqual(keys(`${ESC}[<64;200;60M${ESC}[<65;1;1M`), ['wheel-up 59 199', 'wheel-down 0 0']);
    assert.deepEqual(keys(`${ESC}[<4;2;2M${ESC}[<2;2;2M${ESC}[<35;2;2M`), ['press 1 1'], 'with Shift, too');
    assert.deepEqual(keys(`${ESC}[M !!${ESC}[M#!!${ESC}[M\`"#x`), ['press 0 0', 'wheel-up 2 1', 'x']);
  });

  it('what is cut off waits for its end, wherever it is cut', () => {
    const whole = `a${ESC}[<64;20;10M${ESC}[200~qs${ESC}[A${ESC}[201~${ESC}[A${ESC}[6~${ESC}OPq`;
    const expected = keys(whole);
    for (let at = 0; at <= whole.length; at++) {
      const first = decodeInput(whole.slice(0, at));
      const second = decodeInput(first.rest + whole.slice(at));
      const all: Input[] = [...first.inputs, ...second.inputs];
      const names = all.map(nameOf);
      // An Escape alone may be the key, so that only what follows tells.
      assert.deepEqual(names, expected, `cut at ${at}`);
      assert.equal(second.rest, '');
    }
  });

  it('Escape is a key when nothing follows it, or no sequence does', () => {
    const { inputs, rest } = decodeInput(`x${ESC}`);
    assert.deepEqual(inputs, [{ kind: 'key', key: 'x' }]);
    assert.deepEqual(decodeRest(rest), [{ kind: 'key', key: 'escape' }]);
    assert.deepEqual(keys(`${ESC}q`), ['escape', 'q']);
    assert.deepEqual(keys(`${ESC}${ESC}[A`), ['escape', 'up']);
  });

  it('what is pasted is no keys, also before its end is there', () => {
    assert.deepEqual(keys(`a${ESC}[200~q\r1Mpps${ESC}[201~b`), ['a', 'paste q\r1Mpps', 'b']);
    const { inputs, rest } = decodeInput(`${ESC}[200~q\u0003`);
    assert.deepEqual([inputs, isPasting(rest), isPasting(`${ESC}[20`)], [[], true, false]);
    assert.deepEqual(decodeRest(rest), [{ kind: 'paste', text: 'q\u0003' }]);
  });

  it('takes any bytes whatever', () => {
    let seed = 1;
    for (let round = 0; round < 2000; round++) {
      const text = Array.from({ length: 12 }, () => {
        seed = (seed * 48271) % 2147483647;
        return seed % 3 === 0 ? ESC : String.fromCharCode(seed % 0x80);
      }).join('');
      const { rest } = decodeInput(text);
      assert.ok(rest === '' || rest.startsWith(ESC));
    }
  });
});
