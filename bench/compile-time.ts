// How long it takes until a large profile is ready, and how much memory: each in a process of its own.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../test/support/pktgen.js';
import type { Options } from './bench.js';
import { goalOf, rowOf, type Section } from './report.js';

const STREAMS = 10_000;
const GOAL_SECONDS = 1;
const GOAL_MB = 200;

const MEASURE = `
  import { readProfiles } from ${JSON.stringify(path.join(ROOT, 'dist/index.js'))};
  import { compile } from ${JSON.stringify(path.join(ROOT, 'dist/compile/compile.js'))};
  const start = performance.now();
  const profile = await readProfiles([process.argv[1]]);
  const read = performance.now();
  const program = await compile(profile.traffic);
  const end = performance.now();
  const { maxRSS } = process.resourceUsage();
  console.log(JSON.stringify({ streams: program.streams.length, read: (read - start) / 1e3, compile: (end - read) / 1e3, mb: maxRSS / 1e3 }));
`;

export async function compileTime({ rounds }: Options, directory: string): Promise<Section> {
  const file = path.join(directory, 'large.yaml');
  const streams = Array.from({ length: STREAMS }, (_, i) => {
    const address = `198.19.${(i >> 8) & 255}.${i & 255}`;
    return `  - name: s${i}\n    share: ${1 + (i % 7)}\n    headers:\n      - ipv4: {dst: ${address}}\n      - udp: {dstPort: ${1024 + i}, srcPort: 1024-65535}\n`;
  });
  writeFileSync(file, `streams:\n${streams.join('')}`);
  const runs = Array.from({ length: rounds }, () => measure(file));
  const total = rowOf(
    'read and compiled',
    's',
    runs.map((run) => run.read + run.compile),
  );
  const memory = rowOf(
    'memory of the process, at most',
    'MB',
    runs.map((run) => run.mb),
  );
  const part = (name: string, key: 'read' | 'compile') =>
    rowOf(
      name,
      's',
      runs.map((run) => run[key]),
    );
  return {
    title: `a profile of ${STREAMS} streams`,
    rows: [part('read and checked', 'read'), part('compiled', 'compile'), total, memory],
    goals: [
      goalOf('seconds', total.median, '≤', GOAL_SECONDS),
      goalOf('megabytes', memory.median, '≤', GOAL_MB),
    ],
  };
}

function measure(file: string): { read: number; compile: number; mb: number } {
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', MEASURE, file], {
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(result.stderr);
  return JSON.parse(result.stdout);
}
