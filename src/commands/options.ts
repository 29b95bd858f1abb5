import type { Options } from 'yargs';
import {
  AUTO,
  DEFAULTS,
  type EngineOption,
  engines,
  type FarEndDoes,
  flagOf,
  forFlag,
  type LatePolicy,
  LIMITS,
  type Pacing,
  parseCpuList,
  parseDurationNs,
  parseLineRateBps,
  parseShape,
  shapeEnds,
} from '../index.js';
import { flag, text, textOf, type Values } from './command.js';
import { convert, countOf, engineOf, engineOptionValues } from './values.js';

type Group = Readonly<Record<string, Options>>;

const UNATTENDED_DURATION_NS = 10e9;

/** Options that every command has which sends, in groups. */
export const targetOptions = (): Group => ({
  iface: text('Where to (one of these):', 'NAME', 'an interface of this host, e.g. --iface eth1'),
  lab: flag('Where to (one of these):', 'a private veth pair, needs no NIC and no root, e.g. --lab'),
  'lab-sink': flag(
    'Where to (one of these):',
    'a private device that drops everything, e.g. --lab-sink --cpus 1',
  ),
  'far-end': text(
    'Where to (one of these):',
    'drop|stack',
    'with --lab: what becomes of the frames [drop for engines that need it, else stack, where tcpdump sees them]',
  ),
  force: flag('Where to (one of these):', 'send even on the interface that carries the default route'),
});

/** When frames leave. `fallback`: what they do where nobody says it. */
export const rateOptions = (fallback: string): Group => ({
  rate: text(
    'How fast:',
    'RATE',
    `of all frames: 1Mpps, 2.5Gbps (frames), 9.5Gbps-l1 (wire), 40%, gap 10us; or poisson RATE, burst 64 every 1ms, on 100ms off 900ms RATE, ramp RATE to RATE in 10s, steps RATE for 5s, RATE [${fallback}]`,
  ),
  'top-speed': flag('How fast:', 'as fast as possible, whatever a profile or a capture says'),
  'line-rate': text('How fast:', 'BPS', 'what the link carries, e.g. --line-rate 10G [what the device says]'),
  pacing: text(
    'How fast:',
    'hybrid|spin|sleep',
    'how a worker waits: sleeps and then spins, only spins (evenest gaps, a whole CPU), only sleeps [hybrid; spin for the times of a capture]',
  ),
  late: text(
    'How fast:',
    'catch-up|skip',
    'more than 1 ms behind: catch up at twice the rate at most, or leave out the time that was missed [catch-up]',
  ),
  'start-delay': text('How fast:', 'TIME', 'send nothing for so long, e.g. --start-delay 2s'),
  warmup: text('How fast:', 'TIME', 'send for so long first, and count nothing of it, e.g. --warmup 1s'),
});

export const bytesOption = (): Group => ({
  bytes: text('How much:', 'N', 'frame sizes added up, FCS included, at most, e.g. --bytes 10M'),
});

export const durationOption = (): Group => ({
  duration: text('How much:', 'TIME', 'with its unit: us, ms, s, m, h, e.g. --duration 30s'),
});

/** `workers` says how many there are by default. */
export const engineOptions = (workers: string): Group => ({
  engine: text(
    'How:',
    'NAME',
    `${engineNames()} [${DEFAULTS.engine}: the fastest that can], e.g. --engine tx-ring`,
  ),
  cpus: text('How:', 'LIST', `one worker pinned to each, e.g. --cpus 0,2-3 [${workers}]`),
  workers: text(
    'How:',
    'N',
    'so many, on CPUs near the device and one per core, instead of --cpus, e.g. --workers 4',
  ),
  calibrate: flag(
    'How:',
    'measure the engines with this traffic first, for half a second each, and use the best',
  ),
  'no-cache': flag('How:', 'neither use nor keep what --calibrate measured'),
  batch: text(
    'How:',
    'FRAMES',
    `frames per system call, 1…${LIMITS.batch} [what suits the engine], e.g. --batch 32`,
  ),
  ...ownOptionsOfEngines(),
});

export const outputOptions = (): Group => ({
  json: flag('Output:', 'one JSON object at the end on standard output; lines go to standard error'),
  'json-lines': flag(
    'Output:',
    'one JSON object a line on standard output: the start, a snapshot at a time, messages, the end',
  ),
  interval: text(
    'Output:',
    'TIME',
    'of lines and snapshots, from one to the next, 100ms…1h [1s], e.g. --interval 10s; the screen keeps its own',
  ),
  quiet: flag('Output:', 'only the summary'),
  'no-tui': flag('Output:', 'plain lines, also in a terminal'),
  'dry-run': flag('Output:', 'show what would be sent, and how; send nothing'),
});

export const EPILOGUE = [
  'In a terminal a full-screen view opens, and ? shows its keys. With --no-tui: space pauses and resumes, + and - change',
  'the rate by 10 %, q or Ctrl-C stops.',
  'Without a terminal a run ends after 10 s, unless something says how much to send.',
  '',
  'Exit codes: 0 ran as asked · 1 ran, but could not hold what was asked · 2 usage · 3 not permitted ·',
  '4 this host cannot · 5 internal error',
].join('\n');

export function targetOf(values: Values) {
  return {
    iface: textOf(values, 'iface'),
    lab: values['lab'] === true,
    labSink: values['lab-sink'] === true,
    farEnd: textOf(values, 'far-end') as FarEndDoes | undefined,
    force: values['force'] === true,
  };
}

/** What a profile says about the end of its run. */
interface Fallback {
  readonly durationNs?: number | undefined;
  readonly bytes?: number | undefined;
}

/** The values of all those options. `isLimited`: the run ends by itself, whatever its duration. */
export function commonOptions(values: Values, isLimited: boolean, fallback: Fallback = {}) {
  const schedule = scheduleOf(values);
  return {
    ...targetOf(values),
    engine: engineOf(values),
    engineOptions: engineOptionValues(values),
    cpus: convert(values, 'cpus', parseCpuList),
    workers: countOf(values, 'workers', 1, Number.MAX_SAFE_INTEGER),
    ...schedule,
    bytes: countOf(values, 'bytes', 1, Number.MAX_SAFE_INTEGER) ?? fallback.bytes,
    durationNs: durationOf(
      values,
      isLimited || (schedule.shape !== undefined && shapeEnds(schedule.shape)),
      fallback.durationNs,
    ),
    batch: countOf(values, 'batch', 1, LIMITS.batch),
    cache: values['no-cache'] !== true,
  };
}

function scheduleOf(values: Values) {
  return {
    shape: convert(values, 'rate', forFlag(parseShape)),
    topSpeed: values['top-speed'] === true ? true : undefined,
    lineRateBps: convert(values, 'line-rate', forFlag(parseLineRateBps)),
    pacing: textOf(values, 'pacing') as Pacing | undefined,
    late: textOf(values, 'late') as LatePolicy | undefined,
    startNs: convert(values, 'start-delay', parseDurationNs),
    warmupNs: convert(values, 'warmup', parseDurationNs),
  };
}

function durationOf(values: Values, isLimited: boolean, fallbackNs: number | undefined): number | undefined {
  const asked = convert(values, 'duration', parseDurationNs) ?? fallbackNs;
  return asked ?? (process.stdout.isTTY || isLimited ? undefined : UNATTENDED_DURATION_NS);
}

function engineNames(): string {
  return [AUTO, ...engines().map((engine) => engine.name)].join('|');
}

/** The engines' own options, as they describe themselves. An option of several engines appears once. */
function ownOptionsOfEngines(): Group {
  const ownersOf = (name: string) => engines().filter(({ options }) => options.some((o) => o.name === name));
  const options = engines().flatMap((engine) =>
    engine.options.map((option) => {
      const owners = ownersOf(option.name).map(({ name }) => name);
      const group = `Options of engine ${owners.join(', ')}:`;
      return [flagOf(option.name).slice(2), describeOption(group, option)] as const;
    }),
  );
  return Object.fromEntries(options);
}

function describeOption(group: string, option: EngineOption): Options {
  if (option.type === 'flag') return flag(group, option.description);
  return text(group, argumentOf(option), meaningOf(option));
}

/** What stands behind the flag: "N", "auto|copy"; empty for one without a value. */
export function argumentOf(option: EngineOption): string {
  if (option.type === 'flag') return '';
  return option.type === 'choice' ? option.choices.join('|') : option.argument;
}

/** What it does, its range and its default. */
export function meaningOf(option: EngineOption): string {
  if (option.type === 'flag' || option.type === 'text') return option.description;
  if (option.type === 'choice') return `${option.description} [${option.fallback}]`;
  const power = option.powerOfTwo ? 'a power of two, ' : '';
  return `${option.description}; ${power}${option.minimum}…${option.maximum} [${option.fallback}]`;
}
