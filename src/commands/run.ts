import type { RunOptions } from '../index.js';
import { type Command, text, type Values } from './command.js';
import { carryOut } from './conduct.js';
import {
  commonOptions,
  durationOption,
  EPILOGUE,
  engineOptions,
  outputOptions,
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
    ...durationOption(),
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
  const { durationNs, countPackets, ...hints } = options;
  const engine = engineOf(values);
  const saysHowMuch = values['count'] !== undefined || values['duration'] !== undefined;
  const profile = saysHowMuch ? {} : { durationNs, countPackets };
  const isLimited =
    values['count'] !== undefined || profile.countPackets !== undefined || hasDefaultCount(engine);
  const { engineOptions, ...common } = commonOptions(values, isLimited, profile.durationNs);
  return {
    ...hints,
    ...withoutUndefined({
      ...common,
      engineOptions: { ...(engine ? {} : hints.engineOptions), ...engineOptions },
      countPackets: countOf(values, 'count', 1, Number.MAX_SAFE_INTEGER) ?? profile.countPackets,
    }),
  };
}
