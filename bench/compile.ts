// What traffic costs in user space: static frames, varied fields, mixes, on the engine `null`, which hands the frames to
// nobody; then what two varied fields take from the rate of `tx-ring` on a drop device. All in turn, round by round.
// `npm run bench:compile -- [--rounds N] [--json]`; needs no rights.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pktgenJson } from '../test/support/pktgen.js';
import { chooseCpus, describeMachine, type Options, runBench } from './bench.js';
import { compileTime } from './compile-time.js';
import { goalOf, report, rowOf, type Section } from './report.js';

const ROUNDS = 5;
/** Largest part of the static rate that two varied fields may take. */
const MOST_LOST = 0.04;
const DURATION = ['--duration', '1s'];

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly goalNs: number | null;
}

const TWO_FIELDS = ['--dst-ip', '198.19.0.0/16', '--src-port', '1024-65535'];
const TWO_RANDOM = ['--dst-ip', 'random:198.19.0.0/16', '--src-port', 'random:1024-65535'];
const TEN_FIELDS = [
  'ethernet dst=02:00:00:00:00:00-02:00:00:00:ff:ff src=02:00:00:01:00:00-02:00:00:01:ff:fe',
  'vlan id=1-4094',
  'ipv4 dscp=0-63 id=0-65535 ttl=1-255 src=198.18.0.0/16 dst=198.19.0.0/17',
  'udp srcPort=1024-65535 dstPort=1-65535',
].join(' / ');
const STREAMS = 12;

await runBench('compile', ROUNDS, async (options) => {
  const machine = await describeMachine();
  const directory = mkdtempSync(path.join(tmpdir(), 'pktgen-bench-'));
  try {
    const sections = [await nullSection(options, directory), await ringSection(options)];
    report('compile', machine, options, [...sections, await compileTime(options, directory)]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

function casesOf(directory: string): Case[] {
  const mix = (name: string, fields: string) => {
    const file = path.join(directory, `${name}.yaml`);
    const streams = Array.from({ length: STREAMS }, (_, i) => {
      return `  - {share: ${i + 1}, size: ${64 + 8 * i}, headers: [ipv4, {udp: {dstPort: ${1000 + i}${fields}}}]}`;
    });
    writeFileSync(file, `streams:\n${streams.join('\n')}\n`);
    return ['--profile', file];
  };
  return [
    { name: 'static', args: [], goalNs: 5 },
    { name: 'two varied fields, two checksums', args: TWO_FIELDS, goalNs: 8 },
    { name: 'two random fields, two checksums', args: TWO_RANDOM, goalNs: null },
    { name: 'ten varied fields, two checksums', args: ['--packet', TEN_FIELDS], goalNs: 25 },
    { name: '12-stream mix, static', args: mix('static', ''), goalNs: 10 },
    {
      name: '12-stream mix, a varied field each',
      args: mix('varied', ', srcPort: 1024-65535'),
      goalNs: null,
    },
    { name: 'IMIX, static', args: ['--size', 'imix'], goalNs: null },
  ];
}

async function nullSection({ rounds }: Options, directory: string): Promise<Section> {
  const cpu = chooseCpus().tool;
  const cases = casesOf(directory);
  const values = cases.map(() => [] as number[]);
  for (let round = 0; round < rounds; round++) {
    for (const [i, { args }] of cases.entries()) {
      const run = ['--engine', 'null', '--cpus', `${cpu}`, ...DURATION, ...args];
      values[i]?.push((await pktgenJson(run)).total.nsPerPacket ?? Number.NaN);
    }
  }
  const rows = cases.map(({ name }, i) => rowOf(name, 'ns a packet', values[i] ?? []));
  const goals = cases.flatMap(({ name, goalNs }, i) =>
    goalNs === null ? [] : [goalOf(name, rows[i]?.median ?? Number.NaN, '≤', goalNs)],
  );
  return { title: `null engine, one worker on CPU ${cpu}`, rows, goals };
}

async function ringSection({ rounds }: Options): Promise<Section> {
  const cpu = chooseCpus().tool;
  const rate = async (args: readonly string[]) => {
    const run = [
      '--lab-sink',
      '--engine',
      'tx-ring',
      '--qdisc-bypass',
      '--cpus',
      `${cpu}`,
      ...DURATION,
      ...args,
    ];
    return (await pktgenJson(run)).total.pps / 1e6;
  };
  const plain: number[] = [];
  const varied: number[] = [];
  for (let round = 0; round < rounds; round++) {
    plain.push(await rate([]));
    varied.push(await rate(TWO_FIELDS));
  }
  const lost = rowOf(
    'lost, round by round',
    '',
    plain.map((value, i) => 1 - (varied[i] ?? 0) / value),
  );
  return {
    title: `tx-ring, drop device, 64 bytes, CPU ${cpu}`,
    rows: [rowOf('static', 'Mpps', plain), rowOf('two varied fields', 'Mpps', varied), lost],
    goals: [goalOf('part of the static rate that two varied fields take', lost.median, '≤', MOST_LOST)],
  };
}
