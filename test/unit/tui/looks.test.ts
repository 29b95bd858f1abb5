import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FIRST_LOOKS, fitted, movedLooks } from '#src/tui/looks.js';
import type { Looks } from '#src/tui/page.js';

const LIST = { elements: 20, visible: 5 };

describe('moving in the list of a page', () => {
  const after = (...keys: readonly string[]) =>
    keys.reduce<Looks>((looks, key) => movedLooks(looks, key, LIST), { ...FIRST_LOOKS, page: 3 });

  it('the selected element is always in sight', () => {
    for (const keys of [
      ['end'],
      ['down', 'down'],
      ['page-down', 'page-down', 'up'],
      ['end', 'home'],
      ['select:13'],
    ]) {
      const { selected, scroll } = after(...keys);
      assert.ok(scroll <= selected && selected < scroll + LIST.visible, keys.join());
    }
    assert.equal(after('end').selected, 19);
    assert.equal(after('end').scroll, 15);
    assert.equal(after('end', 'down', 'down').selected, 19);
    assert.equal(after('up').selected, 0);
    assert.equal(after('wheel-down').selected, 3);
  });

  it('another page begins at its top; the same key is nothing where nothing scrolls', () => {
    assert.deepEqual(movedLooks(after('end'), '2', LIST), { ...FIRST_LOOKS, page: 2 });
    assert.deepEqual(movedLooks(FIRST_LOOKS, 'down', null), FIRST_LOOKS);
  });

  it('follows lists that shrink, and terminals that do', () => {
    const end = after('end');
    assert.deepEqual(fitted(end, { elements: 3, visible: 5 }), { ...end, selected: 2, scroll: 0 });
    assert.equal(fitted(end, { elements: 20, visible: 1 }).scroll, 19);
    assert.deepEqual(fitted(end, { elements: 0, visible: 0 }), { ...end, selected: 0, scroll: 0 });
  });
});
