import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeOver } from '#src/system/routes.js';

const link = (index: number, { master = 0, lower = 0 } = {}) => ({ index, master, lower });

test('a default route is carried by its interface, by the ports of a bridge, and by what a VLAN stands on', () => {
  const bridge = [link(1), link(2, { master: 4 }), link(3), link(4)];
  assert.deepEqual([...closeOver([4], bridge)].sort(), [2, 4]);
  const vlanOverBond = [link(1, { master: 2 }), link(2), link(3, { lower: 2 }), link(4)];
  assert.deepEqual([...closeOver([3], vlanOverBond)].sort(), [1, 2, 3]);
  assert.deepEqual([...closeOver([], bridge)], []);
});
