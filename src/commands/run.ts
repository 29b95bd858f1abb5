import {
  DEFAULTS,
  type EngineOption,
  ExitCode,
  engines,
  flagOf,
  LIMITS,
  MAX_SIZE_BYTES,
  MIN_SIZE_BYTES,
  type OptionValue,
  type Output,
  openOutput,
  parseCount,
  parseCpuList,
  parseDurationNs,
  type Run,
  type RunOptions,
  resolvePlan,
  type Snapshot,
  startRun,
} from '../index.js';
import { type Command, flag, text, type Values } from './command.js';
import { listenForStop } from './stop.js';

const TICK_MS = 1000;
const UNATTENDED_DURATION_NS = 10e9;
const MAX_PORT = 65535;

export const command: Command = {
  summary: 'send frames (the default command)',
  options: () => ({
    iface: text('Where to (one of these):', 'NAME', 'an interface of this host, e.g. --iface eth1'),
    lab: flag('Where to (one of these):', 'a private veth pair, needs no NIC and no root, e.g. --lab'),
    'lab-sink': flag(
      'Where to (one of these):',
      'a private device that drops everything, e.g. --lab-sink --cpus 1',
    ),
    force: flag('Where to (one of these):', 'send even on the interface that carries the default route'),

    size: text(
      'Frames:',
      'BYTES',
      `frame size, the 4-byte FCS included, ${MIN_SIZE_BYTES}…${MAX_SIZE_BYTES} [${DEFAULTS.sizeBytes}], e.g. --size 1518`,
    ),
    'src-mac': text('Frames:', 'MAC', "[the interface's own]"),
    'dst-mac': text('Frames:', 'MAC', '[02:00:00:00:00:00, which no host answers to]'),
    'src-ip': text('Frames:', 'ADDRESS', "IPv4 [the interface's own, else 198.18.0.1]"),
    'dst-ip': text('Frames:', 'ADDRESS', 'IPv4 [198.19.0.1], e.g. --dst-ip 198.19.7.7'),
    'src-port': text('Frames:', 'PORT', 'UDP [9]'),
    'dst-port': text('Frames:', 'PORT', 'UDP [9], e.g. --dst-port 53'),

    count: text('How much:', 'N', 'frames, over all workers together, e.g. --count 1000003 or --count 5M'),
    duration: text('How much:', 'TIME', 'with its unit: us, ms, s, m, h, e.g. --duration 30s'),

    engine: text('How:', 'NAME', `${engineNames()} [${DEFAULTS.engine}], e.g. --engine null`),
    cpus: text('How:', 'LIST', 'one worker pinned to each, e.g. --cpus 0,2-3 [one worker; in a lab two]'),
    batch: text(
      'How:',
      'FRAMES',
      `frames per system call, 1…${LIMITS.batch} [${DEFAULTS.batch}], e.g. --batch 32`,
    ),
    ...engineOptions(),

    json: flag('Output:', 'one JSON object at the end on standard output; lines go to standard error'),
    quiet: flag('Output:', 'only the summary'),
    'no-tui': flag('Output:', 'plain lines, also in a terminal'),
    'dry-run': flag('Output:', 'show what would be sent, and how; send nothing'),
  }),
  epilogue: [
    'Keys in a terminal: space pauses and resumes, q or Ctrl-C stops. Without a terminal a run ends after 10 s,',
    'unless --count or --duration says otherwise.',
    '',
    'Exit codes: 0 ran as asked · 1 ran, but could not hold what was asked · 2 usage · 3 not permitted ·',
    '4 this host cannot · 5 internal error',
  ].join('\n'),
  run: async (values) => {
    const plan = await resolvePlan(toRunOptions(values));
    const output = await openOutput(values['json'] ? 'json' : 'text', process.stdout);
    if (values['dry-run']) {
      output.plan(plan);
      return ExitCode.ok;
    }
    const run = startRun(plan);
    const live = await liveOutputs(values, output);
    return conduct(run, output, live);
  },
};

function engineNames(): string {
  return engines()
    .map((engine) => engine.name)
    .join('|');
}

/** The engines' own options, as they describe themselves. An option of several engines appears once. */
function engineOptions(): Record<string, ReturnType<typeof text>> {
  const options = engines().flatMap((engine) =>
    engine.options.map((option) => {
      const group = `Options of engine ${engine.name}:`;
      return [flagOf(option.name).slice(2), describeOption(group, option)] as const;
    }),
  );
  return Object.fromEntries(options);
}

function describeOption(group: string, option: EngineOption): ReturnType<typeof text> {
  if (option.type === 'flag') return flag(group, option.description);
  if (option.type === 'text') return text(group, option.argument, option.description);
  const power = option.powerOfTwo ? 'a power of two, ' : '';
  const range = `${option.minimum}…${option.maximum} [${option.fallback}]`;
  return text(group, option.argument, `${option.description}; ${power}${range}`);
}

function toRunOptions(values: Values): RunOptions {
  const options = {
    iface: textOf(values, 'iface'),
    lab: values['lab'] === true,
    labSink: values['lab-sink'] === true,
    force: values['force'] === true,
    sizeBytes: countOf(values, 'size', MIN_SIZE_BYTES, MAX_SIZE_BYTES),
    engine: engineOf(values),
    engineOptions: engineOptionValues(values),
    cpus: convert(values, 'cpus', parseCpuList),
    countPackets: countOf(values, 'count', 1, Number.MAX_SAFE_INTEGER),
    durationNs: durationOf(values),
    batch: countOf(values, 'batch', 1, LIMITS.batch),
    srcMac: textOf(values, 'src-mac'),
    dstMac: textOf(values, 'dst-mac'),
    srcIp: textOf(values, 'src-ip'),
    dstIp: textOf(values, 'dst-ip'),
    srcPort: countOf(values, 'src-port', 0, MAX_PORT),
    dstPort: countOf(values, 'dst-port', 0, MAX_PORT),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as RunOptions;
}

function engineOptionValues(values: Values): Record<string, OptionValue> {
  const options = engines().flatMap((engine) => engine.options);
  const given = options.flatMap((option) => {
    const value = engineOptionValue(values, option);
    return value === undefined ? [] : [[option.name, value] as const];
  });
  return Object.fromEntries(given);
}

function engineOptionValue(values: Values, option: EngineOption): OptionValue | undefined {
  const name = flagOf(option.name).slice(2);
  if (option.type === 'flag') return values[name];
  if (option.type === 'text') return textOf(values, name);
  return countOf(values, name, option.minimum, option.maximum);
}

/** An option that takes a text belongs to one engine and names it: `--to FILE` is enough to mean the engine pcap. */
function engineOf(values: Values): string | undefined {
  const named = engines().find(({ options }) =>
    options.some((option) => option.type === 'text' && engineOptionValue(values, option) !== undefined),
  );
  return textOf(values, 'engine') ?? named?.name;
}

function durationOf(values: Values): number | undefined {
  const asked = convert(values, 'duration', parseDurationNs);
  const isLimited = values['count'] !== undefined || hasDefaultCount(engineOf(values));
  return asked ?? (process.stdout.isTTY || isLimited ? undefined : UNATTENDED_DURATION_NS);
}

function hasDefaultCount(engineName: string | undefined): boolean {
  return engines().some(({ name, defaultCount }) => name === engineName && defaultCount !== null);
}

function textOf(values: Values, name: string): string | undefined {
  return values[name] === undefined ? undefined : String(values[name]);
}

function countOf(values: Values, name: string, minimum: number, maximum: number): number | undefined {
  return convert(values, name, (flagName, value) => parseCount(flagName, value, minimum, maximum));
}

function convert<T>(
  values: Values,
  name: string,
  parse: (flagName: string, value: string) => T,
): T | undefined {
  const value = textOf(values, name);
  return value === undefined ? undefined : parse(`--${name}`, value);
}

/** Who sees the run while it goes on. With --json the lines leave standard output alone. */
async function liveOutputs(values: Values, output: Output): Promise<Output[]> {
  if (values['quiet']) return [];
  return [values['json'] ? await openOutput('text', process.stderr) : output];
}

async function conduct(run: Run, output: Output, live: readonly Output[]): Promise<ExitCode> {
  const release = listenForStop(run);
  try {
    for (const view of live) view.start(run);
    let before: Snapshot | undefined;
    for await (const now of run.watch(TICK_MS)) {
      for (const view of live) view.tick(before, now);
      before = now;
    }
    const summary = await run.done;
    output.end(summary);
    return summary.exitCode;
  } finally {
    run.stop();
    release();
  }
}
