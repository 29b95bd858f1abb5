import type { Options } from 'yargs';
import {
  AUTO,
  DEFAULTS,
  type EngineOption,
  engines,
  type FarEndDoes,
  flagOf,
  LIMITS,
  parseCpuList,
  parseDurationNs,
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
  quiet: flag('Output:', 'only the summary'),
  'no-tui': flag('Output:', 'plain lines, also in a terminal'),
  'dry-run': flag('Output:', 'show what would be sent, and how; send nothing'),
});

export const EPILOGUE = [
  'Keys in a terminal: space pauses and resumes, q or Ctrl-C stops. Without a terminal a run ends after 10 s,',
  'unless something says how much to send.',
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

/** The values of all those options. `isLimited`: the run ends by itself, whatever its duration. */
export function commonOptions(values: Values, isLimited: boolean, defaultDurationNs?: number) {
  return {
    ...targetOf(values),
    engine: engineOf(values),
    engineOptions: engineOptionValues(values),
    cpus: convert(values, 'cpus', parseCpuList),
    workers: countOf(values, 'workers', 1, Number.MAX_SAFE_INTEGER),
    durationNs: durationOf(values, isLimited, defaultDurationNs),
    batch: countOf(values, 'batch', 1, LIMITS.batch),
    cache: values['no-cache'] !== true,
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
