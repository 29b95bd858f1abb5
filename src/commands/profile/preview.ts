import { ExitCode, LIMITS, lineRatePps, type Preview, parseCount, previewTraffic } from '../../index.js';
import { type Command, flag, text, textOf, textsOf } from '../command.js';
import { LINK_GBPS, previewText } from '../preview-text.js';
import { explained, trafficOf, trafficOptions } from '../traffic-options.js';

const FRAMES = 3;

export const command: Command = {
  summary: 'show what a profile sends: its mix, its line rates, its first frames',
  positionals: [{ name: 'NAME|FILE', description: 'the profile', required: false }],
  options: () => ({
    ...trafficOptions(),
    frames: text('Output:', 'N', `so many frames, 0…${LIMITS.previewFrames} [${FRAMES}]`),
    json: flag('Output:', 'as JSON on standard output'),
  }),
  run: async (values) => {
    const name = textOf(values, 'NAME|FILE');
    const profiles = [...(name === undefined ? [] : [name]), ...textsOf(values, 'profile')];
    const asked = await trafficOf({ ...values, profile: profiles.length > 0 ? profiles : undefined });
    const frames = parseCount(
      '--frames',
      textOf(values, 'frames') ?? String(FRAMES),
      0,
      LIMITS.previewFrames,
    );
    const preview = await explained(asked, () => previewTraffic(asked.options, frames));
    process.stdout.write(values['json'] ? `${json(preview)}\n` : previewText(preview, asked.profile));
    return ExitCode.ok;
  },
};

function json({ frames, sizes, ...rest }: Preview): string {
  const decoded = frames.map(({ stream, bytes, lines }) => {
    return { stream, hex: Buffer.from(bytes).toString('hex'), headers: lines };
  });
  const lineRates = LINK_GBPS.map((gbps) => ({ gbps, pps: lineRatePps(gbps * 1e9, sizes.meanWireBytes) }));
  return JSON.stringify({ sizes, ...rest, lineRates, frames: decoded }, null, 2);
}
