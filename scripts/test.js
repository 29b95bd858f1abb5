// `npm test`: sets up what is missing, lints, runs every test. `npm test -- PATTERN …` runs the test files whose path
// contains one of the patterns, without linting.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { lint } from './lint.js';
import { ROOT, setup } from './setup.js';

const COMPILED = path.join(ROOT, 'build/ts/test');

setup('test');
const patterns = process.argv.slice(2);
if (patterns.length === 0) lint();
const files = readdirSync(COMPILED, { recursive: true })
  .filter((file) => file.endsWith('.test.js') && !file.startsWith('vm/')) // those are for the guests of test:vm
  .filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
  .map((file) => path.join(COMPILED, file))
  .sort();
// One file at a time: the tests that send measure against counters, and there may be two CPUs only.
const result = spawnSync(
  process.execPath,
  ['--test', '--test-concurrency=1', '--test-reporter=spec', ...files],
  {
    cwd: ROOT,
    stdio: 'inherit',
  },
);
process.exit(result.status ?? 1);
