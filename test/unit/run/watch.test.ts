import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patienceMs, Silence } from '#src/run/watch.js';

const POLL_MS = 200;

/** After how many polls of [sent, counted] since the poll before the device is called silent; null for never. */
function silentAfter(patience: number, ...polls: (readonly [number, number])[]): number | null {
  const silence = new Silence(patience);
  const total = { sendingMs: 0, sent: 0, counted: 0 };
  silence.observe({ ...total });
  for (const [i, [sent, counted]] of polls.entries()) {
    total.sendingMs += POLL_MS;
    total.sent += sent;
    total.counted += counted;
    if (silence.observe({ ...total })) return i + 1;
  }
  return null;
}

const times = (count: number, poll: readonly [number, number]) => Array.from({ length: count }, () => poll);

test('a device that counts nothing at all is noticed in the second poll where counters are immediate', () => {
  assert.equal(silentAfter(patienceMs('veth'), ...times(9, [50_000, 0])), 2);
});

test('less than a hundredth is next to nothing, a hundredth is not', () => {
  assert.equal(silentAfter(0, ...times(9, [50_000, 499])), 2);
  assert.equal(silentAfter(0, ...times(9, [50_000, 500])), null);
});

test('statistics that come once a second, and twice that, accuse nobody', () => {
  const patience = patienceMs('ixgbe');
  const lazy = [...times(4, [50_000, 0]), [50_000, 250_000] as const];
  assert.equal(silentAfter(patience, ...lazy, ...lazy, ...lazy), null);
  const lazier = [...times(9, [50_000, 0]), [50_000, 500_000] as const];
  assert.equal(silentAfter(patience, ...lazier, ...lazier), null);
  assert.equal(silentAfter(patience, ...times(20, [50_000, 0])), 11);
});

test('a single silent span is no proof', () => {
  const polls = [[50_000, 0] as const, [50_000, 50_000] as const];
  assert.equal(silentAfter(0, ...polls, ...polls, ...polls), null);
});

test('a full queue that drains slowly is not silent: what it holds back is not sent', () => {
  assert.equal(silentAfter(patienceMs('veth'), [10_240, 20], ...times(50, [20, 20])), null);
});

test('slow senders are judged when they have sent enough', () => {
  assert.equal(silentAfter(0, ...times(20, [10, 0])), null);
  assert.equal(silentAfter(0, ...times(500, [10, 0])), 400);
  assert.equal(silentAfter(0, ...times(500, [10, 10])), null);
});

test('a pause is no silence: what a driver has still to report comes meanwhile', () => {
  const silence = new Silence(patienceMs('ixgbe'));
  // A million frames a second, statistics once a second, paused from 0.8 s on; the wall clock goes on.
  for (const sendingMs of [0, 200, 400, 600, 800, 800, 800, 800]) {
    assert.equal(silence.observe({ sendingMs, sent: sendingMs * 1000, counted: 0 }), false);
  }
  assert.equal(silence.observe({ sendingMs: 1000, sent: 1e6, counted: 800_000 }), false);
});
