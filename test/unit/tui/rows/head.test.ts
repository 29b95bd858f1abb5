import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labPlan, leg, mix, shown, watched } from '../../support/screens.js';

const PACE = { packets: [1000, 1000] } as const;
const PROFILES = [
  'arp',
  'bad-checksums',
  'fragments',
  'gtpu-mobile',
  'imix-570',
  'imix',
  'ipv6',
  'jumbo',
].join(' + ');
const SIZES = { minBytes: 64, meanBytes: 353.8, maxBytes: 1518, meanWireBytes: 373.8 };

/** The line that tells what is sent where to, at each width. */
function subject(facts: Parameters<typeof leg>[0], columns: number): string {
  const line = shown(watched(8, PACE, leg(facts)), { size: { columns, rows: 24 } }).split('\n')[1] ?? '';
  assert.ok(line.length <= columns);
  return line;
}

test('many profiles leave room for the device, its driver and its speed', () => {
  const plan = labPlan({ traffic: mix({ a: 1, b: 1, c: 1 }), sizes: { ...labPlan().sizes, ...SIZES } });
  const facts = { plan, profile: PROFILES };
  assert.match(
    subject(facts, 80),
    /^8 profiles: 3 streams.* → lab0 \(veth, 10\.00 Gbit\/s\) → lab1 +until stopped$/,
  );
  assert.match(subject(facts, 60), /^8 profiles.* → lab0 \(veth, 10\.00 Gbit\/s\) +until stopped$/);
  assert.match(
    subject({ ...facts, countPackets: 123_456_789_000 }, 80),
    /^8 profiles.* → lab0 \(veth, 10\.00 Gbit\/s\) /,
  );
  for (let columns = 60; columns <= 200; columns++) {
    for (const countPackets of [null, 123_456_789_000]) {
      const line = subject({ ...facts, countPackets }, columns);
      assert.match(line, / → lab0 \(veth, 10\.00 Gbit\/s\) /, `${columns} columns`);
      assert.doesNotMatch(line, /…/);
    }
  }
});

test('a single profile is shown with what it sends, as far as there is room', () => {
  const plan = labPlan({ traffic: mix({ a: 1, b: 1, c: 1 }), sizes: { ...labPlan().sizes, ...SIZES } });
  assert.match(
    subject({ plan, profile: 'imix' }, 132),
    /^imix: 3 streams, 64 to 1518 bytes \(353\.8 on average\) →/,
  );
  assert.match(
    subject({ plan, profile: 'imix' }, 80),
    /^imix: 3 streams → lab0 \(veth|^imix: 3 streams, 64 to 1518 bytes →/,
  );
});

test('the name of a capture is cut before the device is', () => {
  const file = `/captures/${'a-day-in-the-life-of-a-router-'.repeat(4)}.pcap`;
  const plan = labPlan({
    captures: [{ file, frames: 9, bytes: 999, leftOut: 0, durationNs: 1e9, lapNs: 1e9, uniqueLoops: null }],
  });
  for (const columns of [60, 80, 100, 132]) {
    const line = subject({ plan, countPackets: 123_456_789_000 }, columns);
    assert.match(line, /^a-day-in-the-.*… → lab0 \(veth, 10\.00 Gbit\/s\)/, `${columns} columns`);
  }
});

test('what stands at the right is never far from what stands at the left', () => {
  for (const line of shown(watched(8, PACE), { size: { columns: 200, rows: 60 } })
    .split('\n')
    .slice(0, 3)) {
    assert.ok(line.length <= 100, line);
  }
});
