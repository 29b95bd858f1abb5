import {
  forFlag,
  MAX_CAPTURE_FRAMES,
  parseCount,
  parseSpeed,
  type ReplayOptions,
  type RunOptions,
  replayTraffic,
  UsageError,
} from '../index.js';
import { type Command, flag, text, textOf, type Values } from './command.js';
import { carryOut } from './conduct.js';
import {
  bytesOption,
  commonOptions,
  durationOption,
  EPILOGUE,
  engineOptions,
  outputOptions,
  rateOptions,
  targetOptions,
} from './options.js';
import { withoutUndefined } from './traffic-options.js';
import { convert, countOf, engineOf, hasDefaultCount } from './values.js';

const FOREVER = 'forever';

export const command: Command = {
  summary: 'send the frames of a capture file, pcap or pcapng',
  positionals: [{ name: 'FILE', description: 'the capture file' }],
  options: () => ({
    ...targetOptions(),

    'src-mac': text('Rewriting (checksums follow):', 'MAC', 'of all frames'),
    'dst-mac': text(
      'Rewriting (checksums follow):',
      'MAC',
      'of all frames, e.g. --dst-mac 02:00:00:00:00:00',
    ),
    'src-ip': text(
      'Rewriting (checksums follow):',
      'ADDRESS',
      'of all frames, or a prefix, or a list of FROM=TO, e.g. --src-ip 10.0.0.0/8=198.18.0.0/16',
    ),
    'dst-ip': text('Rewriting (checksums follow):', 'ADDRESS', 'likewise, e.g. --dst-ip 198.19.0.0/16'),
    'unique-ip': flag('Rewriting (checksums follow):', 'other hosts in each loop: every flow is a new one'),

    ...rateOptions('as recorded'),
    speed: text('How fast:', 'SPEED', 'so many times as fast as recorded [1x], e.g. --speed 2x'),

    loop: text(
      'How much:',
      'N',
      `times through the file; 0 or ${FOREVER}: until stopped [1], e.g. --loop 100`,
    ),
    limit: text('How much:', 'FRAMES', 'only the first of the file, e.g. --limit 1000'),
    ...bytesOption(),
    ...durationOption(),
    ...engineOptions('one worker, which keeps the order'),
    ...outputOptions(),
  }),
  epilogue: EPILOGUE,
  run: async (values) => carryOut(toRunOptions(values), values),
};

function toRunOptions(values: Values): RunOptions {
  const loops = convert(values, 'loop', parseLoops) ?? 1;
  const isLimited = loops > 0 || values['bytes'] !== undefined || hasDefaultCount(engineOf(values));
  const options = { ...commonOptions(values, isLimited), loops: loops === 0 ? undefined : loops };
  return {
    ...withoutUndefined({ ...options, ...speedOf(values) }),
    traffic: replayTraffic(toReplayOptions(values)),
  };
}

/** Only one of them says when frames leave. */
function speedOf(values: Values): Pick<RunOptions, 'shape'> {
  const given = ['speed', 'rate', 'top-speed'].filter(
    (name) => values[name] !== undefined && values[name] !== false,
  );
  if (given.length > 1)
    throw new UsageError(`--${given[0]} and --${given[1]} exclude each other: each says when frames leave`);
  const speed = convert(values, 'speed', forFlag(parseSpeed));
  return speed === undefined ? {} : { shape: { kind: 'recorded', speed } };
}

function toReplayOptions(values: Values): ReplayOptions {
  const options = {
    limitFrames: countOf(values, 'limit', 1, MAX_CAPTURE_FRAMES),
    uniquePerLoop: values['unique-ip'] === true,
    srcMac: textOf(values, 'src-mac'),
    dstMac: textOf(values, 'dst-mac'),
    srcIp: textOf(values, 'src-ip'),
    dstIp: textOf(values, 'dst-ip'),
  };
  return { file: textOf(values, 'FILE') ?? '', ...withoutUndefined(options) };
}

/** 0 for ever. */
function parseLoops(flagName: string, value: string): number {
  return value === FOREVER ? 0 : parseCount(flagName, value, 0, Number.MAX_SAFE_INTEGER);
}
