import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSteal, Steal } from '#src/system/steal.js';

test('the eighth column of each CPU is the time that was taken from it, in hundredths of a second', () => {
  const stat = [
    'cpu  3086433 7013 949869 2769229 10479 0 103243 12620 0 0',
    'cpu0 1521444 3559 435507 1462687 2918 0 40056 6223 0 0',
    'cpu12 1564989 3453 514361 1306541 7560 0 63187 6397 0 0',
    'intr 12 0 7 8 9 10 11 12',
  ].join('\n');
  assert.deepEqual(
    [...parseSteal(stat)],
    [
      [0, 62.23],
      [12, 63.97],
    ],
  );
});

test('a kernel that does not tell, and a CPU that it does not know, have none', () => {
  assert.deepEqual([...parseSteal('cpu0 1 2 3 4\n')], [[0, 0]]);
  assert.equal(parseSteal('').size, 0);
  assert.equal(new Steal().secondsOf(100_000), 0);
});

test('what is taken before the start, in a pause and after the end is in nobody’s figures', () => {
  let ticks = 500;
  const steal = new Steal(() => `cpu3 0 0 0 0 0 0 0 ${ticks} 0 0\n`);
  const ticksAfter = (taken: number) => {
    ticks += taken;
    steal.refresh();
    return Math.round(steal.secondsOf(3) * 100);
  };
  assert.equal(ticksAfter(10), 0);
  steal.run();
  assert.equal(ticksAfter(20), 20);
  steal.hold();
  assert.equal(ticksAfter(40), 20);
  steal.run();
  assert.equal(ticksAfter(5), 25);
  ticks += 5; // seen at the end only
  steal.hold();
  steal.hold();
  assert.equal(ticksAfter(80), 30);
});
