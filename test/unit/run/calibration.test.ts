import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { compile } from '#src/compile/compile.js';
import {
  bestRow,
  type Calibration,
  type CalibrationKey,
  type CalibrationRow,
  calibrationKey,
  chooseByMeasurement,
  shapeOf,
  sizeClassOf,
  valuesAround,
} from '#src/run/calibration.js';
import { loadCalibration, saveCalibration, storeFolder } from '#src/run/calibration-store.js';
import type { Judged } from '#src/run/choice.js';
import { engines } from '#src/run/engine-options.js';
import { sizesOf } from '#src/run/program.js';
import { median } from '#src/units.js';
import { modelOf, streamOf } from '../support/model.js';

const row = (changes: Partial<CalibrationRow>): CalibrationRow => ({
  stage: 'engine',
  engine: 'tx-ring',
  batch: 64,
  options: {},
  workers: 1,
  farEndDoes: null,
  pps: 1e6,
  leastPps: changes.pps ?? 1e6,
  mostPps: changes.pps ?? 1e6,
  lost: 0,
  failure: '',
  ...changes,
});

test('the best row has the highest median, and more than noise above the preferred one', () => {
  const slow = row({ engine: 'packet', pps: 1e6 });
  const fast = row({ engine: 'xdp', pps: 1.5e6 });
  const asGood = row({ engine: 'live', pps: 1.515e6 });
  const dead = row({ engine: 'udp', pps: null });
  assert.equal(bestRow([slow, fast, dead], slow), fast);
  assert.equal(bestRow([fast, asGood], fast), fast);
  assert.equal(bestRow([fast, asGood], undefined), asGood);
  assert.equal(bestRow([dead, row({ pps: 0 })], dead), null);
  assert.equal(bestRow([dead, slow], dead), slow);
  const unsteady = row({ engine: 'xdp', pps: 1.5e6, leastPps: 0.9e6 });
  assert.equal(bestRow([slow, unsteady], slow), slow, 'a round was no better');
});

test('values around a default stay in its range and contain it', () => {
  assert.deepEqual(valuesAround(128, 8, 16384), [32, 64, 128, 256, 512]);
  assert.deepEqual(valuesAround(65536, 1, 65536), [16384, 32768, 65536]);
  assert.deepEqual(valuesAround(1, 1, 65536), [1, 2, 4]);
});

test('the median is the middle, or the mean of the two in the middle', () => {
  assert.deepEqual([median([3, 1, 2]), median([4, 1, 3, 2]), median([7])], [2, 2.5, 7]);
  assert.ok(Number.isNaN(median([])));
});

const KEY: CalibrationKey = {
  host: 'bench1',
  kernel: '6.18.44',
  target: 'interface ixgbe',
  workers: null,
  sizes: '≤ 64',
  shape: 'static',
  asked: 'auto',
};

const calibration = (changes: Partial<Calibration> = {}): Calibration => ({
  version: 1,
  key: KEY,
  measuredAt: '2026-11-21T15:00:00.000Z',
  rows: [row({ pps: 1.9e6 }), row({ engine: 'xdp', pps: 1.2e6 }), row({ stage: 'ring', pps: 2e6 })],
  best: { engine: 'tx-ring', batch: 128, tuned: { ringFrames: 256 }, pps: 2e6 },
  ...changes,
});

/** Engines of this build that can send, or are refused. */
function judged(...names: readonly string[]): Judged[] {
  return names.map((text) => {
    const [name, refused] = text.split(' ');
    const engine = engines().find((candidate) => candidate.name === name);
    assert.ok(engine, name);
    const defaults = engine.options.map((option) => [
      option.name,
      'fallback' in option ? option.fallback : '',
    ]);
    const refusal = refused ? { code: 'EPERM', reason: '', help: '' } : null;
    return { engine, options: Object.fromEntries(defaults), fit: { refusal, facts: [], rank: 30 } };
  });
}

test('a measurement decides on engine, batch and ring, and says when it was made and against whom', () => {
  const choice = chooseByMeasurement(judged('xdp', 'tx-ring'), calibration());
  assert.equal(choice?.engine.name, 'tx-ring');
  assert.equal(choice.chosen, 'measured');
  assert.equal(choice.batch, 128);
  assert.equal(choice.options['ringFrames'], 256);
  assert.equal(choice.options['qdiscBypass'], false);
  assert.equal(choice.why, '2.000 Mpps on 2026-11-21, xdp 1.200 Mpps');
});

for (const [what, names, changes] of [
  ['the best engine cannot run now', ['xdp', 'tx-ring no'], {}],
  ['an engine that can run was not measured', ['xdp', 'tx-ring', 'packet'], {}],
  ['its options are none of the engine', ['tx-ring'], { tuned: { colour: 1 } }],
  ['its options are out of range', ['tx-ring'], { tuned: { ringFrames: 100 } }],
  ['its batch is out of range', ['tx-ring'], { batch: 0 }],
] as const) {
  test(`a measurement says nothing when ${what}`, () => {
    const { best } = calibration();
    const stale = calibration({ best: { ...best, ...changes } });
    assert.equal(chooseByMeasurement(judged(...names), stale), null);
  });
}

test('an engine that cannot run now and was slower does not matter', () => {
  assert.ok(chooseByMeasurement(judged('tx-ring', 'packet no'), calibration()));
});

test('what costs the same has the same key, and what does not has another', async () => {
  const place = { target: { kind: 'interface', name: 'eth1' }, driver: 'ixgbe' } as const;
  const keyOf = async (streams: Parameters<typeof modelOf>[0], asked: object = {}) => {
    const program = await compile(modelOf(streams));
    return calibrationKey(asked, place, program, sizesOf(program));
  };
  const plain = await keyOf([streamOf(['udp'])]);
  assert.equal(plain.target, 'interface ixgbe');
  assert.deepEqual(await keyOf([streamOf([['udp', { dstPort: 53 }]])]), plain);
  const others = await Promise.all([
    keyOf([streamOf([['udp', { srcPort: '1024-65535' }]])]),
    keyOf([streamOf(['udp']), streamOf(['tcp'])]),
    keyOf([streamOf(['udp'])], { workers: 2 }),
    keyOf([streamOf(['udp'])], { engineOptions: { qdiscBypass: true } }),
    keyOf([streamOf(['udp'])], { farEnd: 'stack' }),
    keyOf([streamOf(['udp'])], { batch: 32 }),
  ]);
  const texts = [plain, ...others].map((key) => JSON.stringify(key));
  assert.equal(new Set(texts).size, texts.length);
  assert.deepEqual(await keyOf([streamOf(['udp'])], { cpus: [0, 3] }), others[2]);
});

test('sizes are told apart by class, shapes by what varies', async () => {
  const sizes = (minBytes: number, meanWireBytes: number, maxBytes: number) =>
    sizeClassOf({ minBytes, meanBytes: meanWireBytes, meanWireBytes, maxBytes });
  assert.equal(sizes(64, 64, 64), '≤ 64');
  assert.equal(sizes(100, 100, 100), '≤ 128');
  assert.equal(sizes(64, 361, 1518), '≤ 512, largest ≤ 1518');
  const program = await compile(modelOf([streamOf([['ipv4', { id: { vary: 'random' } }], 'udp'])]));
  assert.match(shapeOf(program), /^streams 1, schedule short, fields 1 to 4, fills no, checksums 1 to 4$/);
});

const home = mkdtempSync(path.join(tmpdir(), 'pktgen-cache-'));
after(() => rmSync(home, { recursive: true }));

test('a cache is where XDG says; a relative path is ignored, and without a home there is none', () => {
  assert.equal(storeFolder({ XDG_CACHE_HOME: '/var/cache/me', HOME: '/home/me' }), '/var/cache/me/pktgen');
  assert.equal(storeFolder({ XDG_CACHE_HOME: 'cache', HOME: '/home/me' }), '/home/me/.cache/pktgen');
  assert.equal(storeFolder({ HOME: '/home/me' }), '/home/me/.cache/pktgen');
  for (const env of [{}, { HOME: '' }, { XDG_CACHE_HOME: '', HOME: 'me' }])
    assert.equal(storeFolder(env), null);
  assert.deepEqual(loadCalibration(KEY, null), { calibration: null, notes: [] });
  assert.match(saveCalibration(calibration(), null).join(), /neither XDG_CACHE_HOME nor HOME/);
});

test('what is saved comes back, for its key alone, and only its owner may read it', () => {
  const folder = path.join(home, 'new/pktgen');
  assert.deepEqual(saveCalibration(calibration(), folder), []);
  assert.deepEqual(saveCalibration(calibration({ measuredAt: '2026-11-22T00:00:00.000Z' }), folder), []);
  const [name = '', ...others] = readdirSync(folder);
  assert.deepEqual(others, [], 'no temporary file is left');
  assert.equal(statSync(path.join(folder, name)).mode & 0o777, 0o600);
  assert.equal(loadCalibration(KEY, folder).calibration?.measuredAt, '2026-11-22T00:00:00.000Z');
  const other = loadCalibration({ ...KEY, kernel: '7.0' }, folder);
  assert.deepEqual(other, { calibration: null, notes: [] });
});

test('a cache that cannot be used is one note', () => {
  const folder = path.join(home, 'broken');
  saveCalibration(calibration(), folder);
  const file = path.join(folder, readdirSync(folder)[0] ?? '');
  const good = calibration();
  for (const text of [
    '',
    '{"version": 1',
    '7',
    'null',
    JSON.stringify({ ...good, version: 2 }),
    JSON.stringify({ ...good, key: { ...KEY, host: 'bench2' } }),
    JSON.stringify({ ...good, best: null }),
    JSON.stringify({ ...good, best: { ...good.best, batch: '64' } }),
    JSON.stringify({ ...good, best: { ...good.best, tuned: [] } }),
    JSON.stringify({ ...good, rows: [null] }),
    JSON.stringify({ ...good, rows: [{ ...good.rows[0], pps: 'fast' }] }),
    JSON.stringify({ ...good, rows: [{ ...good.rows[0], options: null }] }),
    JSON.stringify({ ...good, rows: [{ ...good.rows[0], stage: 'weather' }] }),
    JSON.stringify({ ...good, measuredAt: 'yesterday' }),
    JSON.stringify({ ...good, rows: 'x'.repeat(2 ** 20) }),
  ]) {
    writeFileSync(file, text);
    const { calibration: found, notes } = loadCalibration(KEY, folder);
    assert.equal(found, null, text.slice(0, 80));
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? '', /cannot be used \(.+\): --calibrate makes a new one$/);
  }
  rmSync(file);
  execFileSync('mkfifo', [file]);
  assert.match(loadCalibration(KEY, folder).notes.join(), /it is not a file/);
  rmSync(file);
  mkdirSync(file);
  assert.equal(loadCalibration(KEY, folder).notes.length, 1);
  assert.equal(saveCalibration(good, folder).length, 1);
  assert.deepEqual(readdirSync(folder), [path.basename(file)], 'no temporary file is left');
});

test('a folder that is none is a note when saving, and nothing when loading', () => {
  const file = path.join(home, 'file');
  writeFileSync(file, '');
  assert.match(saveCalibration(calibration(), path.join(file, 'pktgen')).join(), /was not saved: /);
  // Nothing can be made there, by nobody, although it is a folder.
  assert.match(saveCalibration(calibration(), '/proc/nowhere/pktgen').join(), /was not saved: /);
  assert.deepEqual(loadCalibration(KEY, path.join(file, 'pktgen')), { calibration: null, notes: [] });
  symlinkSync('loop', path.join(home, 'loop'));
  assert.equal(loadCalibration(KEY, path.join(home, 'loop')).notes.length, 1);
});
