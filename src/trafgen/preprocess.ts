import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { HostError, UsageError } from '../errors.js';
import { standardHeader } from './constants.js';
import { MAX_TEXT_CHARACTERS } from './limits.js';

const TIMEOUT_MS = 10_000;

/**
 * The text as the C preprocessor leaves it, line markers included, so that errors name the lines of the original.
 * `#include <stddef.h>` brings trafgen's names; other files are looked for beside `file`. `defines`: NAME=VALUE.
 */
export function preprocess(text: string, file: string, defines: readonly string[] = []): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'pktgen-cpp-'));
  try {
    writeFileSync(path.join(directory, 'stddef.h'), standardHeader());
    const includes = ['-I', directory, '-iquote', path.dirname(path.resolve(file))];
    return run(text, file, [...includes, ...defines.flatMap((define) => ['-D', define]), '-']);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function run(text: string, file: string, args: readonly string[]): string {
  const name = file.replace(/["\\\p{Cc}]/gu, '_');
  const result = spawnSync('cpp', args, {
    input: `# 1 "${name}"\n${text}`,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_TEXT_CHARACTERS,
    killSignal: 'SIGKILL',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (result.error) throw notRun(result.error, file);
  if (result.status !== 0) throw new UsageError(firstError(result.stderr, name));
  return result.stdout;
}

function notRun(error: Error & { code?: string }, file: string): Error {
  if (error.code === 'ENOENT') {
    return new HostError(
      'NO_CPP',
      'the C preprocessor cpp is not installed; on Debian and Ubuntu: apt install cpp',
    );
  }
  if (error.code === 'ETIMEDOUT' || error.code === 'ENOBUFS') {
    return new UsageError(
      `${file}: the C preprocessor makes too much of this, expected at most ${MAX_TEXT_CHARACTERS} characters`,
    );
  }
  return new HostError('CPP', `the C preprocessor cpp cannot be started: ${error.message}`, { cause: error });
}

/** FILE:LINE:COLUMN: error: what → FILE:LINE:COLUMN: what. */
function firstError(stderr: string, file: string): string {
  const [, place, what] = /^(.*?:\d+:\d+): (?:fatal )?error: (.*)$/m.exec(stderr) ?? [];
  if (place === undefined) return `${file}: the C preprocessor failed: ${stderr.split('\n', 1)[0]}`;
  return `${place}: ${what}, expected what the C preprocessor understands`;
}
