import { endsByItself, type RunOptions, shapeEnds } from '../index.js';
import { type Command, text, type Values } from './command.js';
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
import {
  type AskedTraffic,
  explained,
  trafficOf,
  trafficOptions,
  withoutUndefined,
} from './traffic-options.js';
import { countOf, engineOf, hasDefaultCount } from './values.js';

export const command: Command = {
  summary: 'send frames (the default command)',
  options: () => ({
    ...targetOptions(),
    ...trafficOptions(),
    count: text('How much:', 'N', 'frames, over all workers together, e.g. --count 1000003 or --count 5M'),
    ...bytesOption(),
    ...durationOption(),
    ...rateOptions('as fast as possible'),
    ...engineOptions('one worker; two in a lab whose far end does not drop'),
    ...outputOptions(),
  }),
  epilogue: EPILOGUE,
  run: async (values) => {
    const asked = await trafficOf(values);
    return explained(asked, () => carryOut(toRunOptions(values, asked), values));
  },
};

/** Flags have the last word over a profile. */
function toRunOptions(values: Values, { options }: AskedTraffic): RunOptions {
  const { durationNs, countPackets, bytes, shape, ...rest } = options;
  const hints: RunOptions = values['top-speed'] === true ? rest : { ...rest, ...(shape && { shape }) };
  const engine = engineOf(values);
  const saysHowMuch = ['count', 'bytes', 'duration'].some((name) => values[name] !== undefined);
  const profile = saysHowMuch ? {} : { durationNs, countPackets, bytes };
  const isLimited =
    [values['count'], values['bytes'], profile.countPackets, profile.bytes].some((v) => v !== undefined) ||
    hasDefaultCount(engine) ||
    (hints.shape !== undefined && values['rate'] === undefined && shapeEnds(hints.shape)) ||
    (options.traffic !== undefined && endsByItself(options.traffic, values['top-speed'] === true));
  const { engineOptions, ...common } = commonOptions(values, isLimited, profile);
  return {
    ...hints,
    ...withoutUndefined({
      ...common,
      engineOptions: { ...(engine ? {} : hints.engineOptions), ...engineOptions },
      countPackets: countOf(values, 'count', 1, Number.MAX_SAFE_INTEGER) ?? profile.countPackets,
    }),
  };
}
