import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moment, Table } from '#src/outputs/text-row.js';
import { type Figures, workerFigures } from '#src/run/rates.js';
import { plan, UNPACED, worker } from '../support/samples.js';

const WHOLE = new Table(null);
const headings = () => WHOLE.headings();
const USUAL = workerFigures(undefined, worker());

function rowOf(changes: Partial<Figures>, seconds = 1, lineRateBps = 10e9): string {
  const schedule = { ...UNPACED, lineRateBps };
  return WHOLE.row(moment(seconds), '1023', { ...USUAL, ...changes }, plan({ schedule }));
}

test('columns end where their headings end, whatever the figures', () => {
  const ends = [...headings().matchAll(/\S(?= {2,}|$)/g)].map(({ index }) => index);
  assert.equal(ends.length, 10);
  for (const line of [
    rowOf({}),
    rowOf({}, 604_800),
    rowOf({}, 9999.94),
    rowOf({}, 9999.96),
    rowOf({ pps: 148_809_523, bpsL1: 999.96e9, bpsL2: 999.96e9 }),
    rowOf({ nsPerPacket: 999_999.9, cpuNsPerPacket: 99_999_999.9 }),
    rowOf({ nsPerPacket: 1e9, cpuNsPerPacket: 1e12 }),
    rowOf({ busy: 999_999 }),
    rowOf({ busy: 123_456_789_012 }),
    rowOf({ packetsPerSyscall: 65_536 }),
    rowOf({ bpsL1: 400e9 }, 1, 1000),
    rowOf({ nsPerPacket: null, cpuNsPerPacket: null, packetsPerSyscall: null, pps: 0, bpsL1: 0, bpsL2: 0 }),
  ]) {
    assert.equal(line.length, headings().length, line);
    for (const end of ends) {
      assert.notEqual(line[end], ' ', `${headings()}\n${line}`);
      assert.ok([' ', undefined].includes(line[end + 1]), `${headings()}\n${line}`);
    }
  }
});

test('what would be too long is written with its power of ten', () => {
  assert.match(rowOf({ nsPerPacket: 1_234_567_890 }), / 1\.23e\+9 /);
  assert.match(rowOf({ busy: 1_234_567 }), / 1\.23e\+6$/);
  assert.match(rowOf({ busy: 999_999 }), / 999,999$/);
  assert.equal(moment(12_345.6), '12346 s');
});

test('in a narrow terminal rows leave columns out, L1 first, and never wrap', () => {
  const narrow = (columns: number) => {
    const table = new Table(columns);
    const line = table.row(moment(1), '0', USUAL, plan({ schedule: UNPACED }));
    assert.equal(line.length, table.headings().length);
    assert.ok(line.length <= columns, `${line.length} of ${columns}`);
    return ['L2', 'L1', 'busy'].filter((name) => table.headings().includes(name));
  };
  assert.deepEqual(narrow(105), ['L2', 'L1', 'busy']);
  assert.deepEqual(narrow(104), ['L2', 'busy']);
  assert.deepEqual(narrow(90), ['L2']);
  assert.deepEqual(narrow(80), []);
});
