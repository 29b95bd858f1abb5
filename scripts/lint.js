// Formatting and static analysis of everything. With --fix: repairs what can be repaired.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ROOT, run, setup, step } from './setup.js';

export function lint() {
  run([
    process.execPath,
    'node_modules/@biomejs/biome/bin/biome',
    'ci',
    '--error-on-warnings',
    '--colors=off',
    '.',
  ]);
  if (isPinned('clang-format')) run(['clang-format', '--dry-run', '-Werror', ...nativeSources()]);
  // Minutes of CPU time for an answer that only changes with its inputs.
  if (!isPinned('clang-tidy')) return;
  step('clang-tidy', 'build/.clang-tidy-stamp', ['addon', '.clang-tidy', 'CMakeLists.txt'], tidy);
}

/** Each major version formats a little differently and knows other checks: only this one is judged by. */
const CLANG_VERSION = 14;

function isPinned(tool) {
  const { stdout } = spawnSync(tool, ['--version'], { encoding: 'utf8' });
  const major = Number(/version (\d+)/.exec(stdout)?.[1]);
  if (major === CLANG_VERSION) return true;
  process.stderr.write(`lint: ${tool} ${major} is not version ${CLANG_VERSION}: skipped\n`);
  return false;
}

function fix() {
  run([process.execPath, 'node_modules/@biomejs/biome/bin/biome', 'check', '--write', '--colors=off', '.']);
  run(['clang-format', '-i', ...nativeSources()]);
}

function tidy() {
  const units = nativeSources().filter((file) => file.endsWith('.cc'));
  // Two processes at a time: xargs is everywhere, run-clang-tidy is not.
  run(['sh', '-c', 'printf "%s\\n" "$@" | xargs -n 1 -P 2 clang-tidy -p build --quiet', 'sh', ...units]);
}

function nativeSources() {
  return readdirSync(path.join(ROOT, 'addon'), { recursive: true })
    .map((file) => path.join('addon', file))
    .filter((file) => /\.(cc|h)$/.test(file))
    .sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setup('test');
  if (process.argv.includes('--fix')) fix();
  else lint();
}
