import type { Options } from 'yargs';
import {
  DEFAULTS,
  type EngineOption,
  engines,
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
  force: flag('Where to (one of these):', 'send even on the interface that carries the default route'),
});

export const durationOption = (): Group => ({
  duration: text('How much:', 'TIME', 'with its unit: us, ms, s, m, h, e.g. --duration 30s'),
});

/** `workers` says how many there are by default. */
export const engineOptions = (workers: string): Group => ({
  engine: text('How:', 'NAME', `${engineNames()} [${DEFAULTS.engine}], e.g. --engine null`),
  cpus: text('How:', 'LIST', `one worker pinned to each, e.g. --cpus 0,2-3 [${workers}]`),
  batch: text(
    'How:',
    'FRAMES',
    `frames per system call, 1…${LIMITS.batch} [${DEFAULTS.batch}], e.g. --batch 32`,
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

/** The values of all those options. `isLimited`: the run ends by itself, whatever its duration. */
export function commonOptions(values: Values, isLimited: boolean, defaultDurationNs?: number) {
  return {
    iface: textOf(values, 'iface'),
    lab: values['lab'] === true,
    labSink: values['lab-sink'] === true,
    force: values['force'] === true,
    engine: engineOf(values),
    engineOptions: engineOptionValues(values),
    cpus: convert(values, 'cpus', parseCpuList),
    durationNs: durationOf(values, isLimited, defaultDurationNs),
    batch: countOf(values, 'batch', 1, LIMITS.batch),
  };
}

function durationOf(values: Values, isLimited: boolean, fallbackNs: number | undefined): number | undefined {
  const asked = convert(values, 'duration', parseDurationNs) ?? fallbackNs;
  return asked ?? (process.stdout.isTTY || isLimited ? undefined : UNATTENDED_DURATION_NS);
}

function engineNames(): string {
  return engines()
    .map((engine) => engine.name)
    .join('|');
}

/** The engines' own options, as they describe themselves. An option of several engines appears once. */
function ownOptionsOfEngines(): Group {
  const options = engines().flatMap((engine) =>
    engine.options.map((option) => {
      const group = `Options of engine ${engine.name}:`;
      return [flagOf(option.name).slice(2), describeOption(group, option)] as const;
    }),
  );
  return Object.fromEntries(options);
}

function describeOption(group: string, option: EngineOption): Options {
  if (option.type === 'flag') return flag(group, option.description);
  if (option.type === 'text') return text(group, option.argument, option.description);
  const power = option.powerOfTwo ? 'a power of two, ' : '';
  const range = `${option.minimum}…${option.maximum} [${option.fallback}]`;
  return text(group, option.argument, `${option.description}; ${power}${range}`);
}
