import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { allowedCpus, formatCpus, requireCpus } from '#src/system/cpus.js';
import { parseCpuList } from '#src/units.js';
import { hostError } from '../support/errors.js';
import { Random } from '../support/random.js';

const SEED = 1023;
const ROUNDS = 200;

const LISTS = [
  { cpus: [], text: '' },
  { cpus: [0], text: '0' },
  { cpus: [0, 1], text: '0-1' },
  { cpus: [0, 2, 3, 4, 9], text: '0,2-4,9' },
  { cpus: [3, 1, 2], text: '3,1-2' },
];

for (const { cpus, text } of LISTS) {
  test(`CPUs ${JSON.stringify(cpus)} are shown as "${text}"`, () => assert.equal(formatCpus(cpus), text));
}

test('random sets of CPUs come back from their text', () => {
  const random = new Random(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const cpus = Array.from({ length: 40 }, (_, cpu) => cpu).filter(() => random.whole(0, 2) > 0);
    assert.deepEqual(parseCpuList('--cpus', formatCpus(cpus)), cpus);
  }
});

test('CPUs that are there are taken, in any order', () => {
  requireCpus([3, 0], [0, 1, 2, 3]);
  requireCpus([], [0]);
});

test('the first CPU that is not there is named, with those that are', () => {
  assert.throws(() => requireCpus([1, 9, 8], [0, 1, 2]), hostError('NO_CPU', '--cpus', 'CPU 9', '0-2'));
});

test('the CPUs of this process are those that the scheduler says', () => {
  const answer = execFileSync('taskset', ['-c', '-p', String(process.pid)], { encoding: 'utf8' });
  const list = answer.slice(answer.lastIndexOf(':') + 1).trim();
  assert.deepEqual(allowedCpus(), parseCpuList('taskset', list));
});
