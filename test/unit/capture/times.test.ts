import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameTimes, notesOnTimes } from '#src/capture/times.js';
import { Random } from '../support/random.js';

const stamps = (...ns: readonly (number | bigint)[]) => BigUint64Array.from(ns, BigInt);

test('times begin with the first frame, and a lap has one mean gap more than there is between its ends', () => {
  const { timesNs, lapNs, earlier } = frameTimes(
    stamps(1_700_000_000_000_000_005n, 1_700_000_000_000_001_005n, 1_700_000_000_000_003_005n),
  );
  assert.deepEqual([...timesNs], [0, 1000, 3000]);
  assert.equal(lapNs, 4500);
  assert.deepEqual(earlier, []);
});

test('a stamp that goes back is held at the highest so far', () => {
  const { timesNs, earlier, lapNs } = frameTimes(stamps(100, 90, 300, 250, 299, 300, 400));
  assert.deepEqual([...timesNs], [0, 0, 200, 200, 200, 200, 300]);
  assert.deepEqual(earlier, [1, 3, 4]);
  assert.equal(lapNs, 350);
});

test('times never decrease, whatever the stamps', () => {
  const random = new Random(4);
  for (let round = 0; round < 500; round++) {
    const list = Array.from({ length: random.whole(1, 30) }, () => random.whole(0, 50));
    const { timesNs, earlier, lapNs } = frameTimes(stamps(...list));
    for (const [i, time] of timesNs.entries()) {
      const highest = Math.max(...list.slice(0, i + 1));
      assert.equal(time, highest - (list[0] ?? 0));
      assert.equal(earlier.includes(i), (list[i] ?? 0) < highest);
    }
    assert.ok(lapNs >= (timesNs.at(-1) ?? 0));
  }
});

test('stamps without a difference tell nothing, and a note says what follows', () => {
  for (const list of [stamps(5), stamps(5, 5, 5), stamps(5, 4, 3)]) assert.equal(frameTimes(list).lapNs, 0);
  const notesOn = (list: BigUint64Array) =>
    notesOnTimes('a.pcap', Uint32Array.from(list.keys()), frameTimes(list));
  assert.deepEqual(notesOn(stamps(5)), [
    'a.pcap has a single frame, so that there are no gaps to keep: sent at top speed',
  ]);
  assert.match(notesOn(stamps(5, 5)).join(), /^a.pcap has frames of one and the same time/);
  assert.deepEqual(notesOn(stamps(5, 4, 3)), [
    '2 frames of a.pcap are stamped earlier than the one before (frame 2, 3) and none later, so that there are no gaps to keep: sent at top speed',
  ]);
  assert.deepEqual(notesOn(stamps(5, 6, 5, 4, 7)), [
    '2 frames of a.pcap are stamped earlier than the one before: sent right after it: frame 3, 4',
  ]);
  assert.deepEqual(notesOn(stamps(5, 6, 7)), []);
});
