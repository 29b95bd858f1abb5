import {
  didYouMean,
  ExitCode,
  engines,
  formatCount,
  type Profile,
  previewTraffic,
  UsageError,
} from '../../index.js';
import { type Command, textOf } from '../command.js';
import { mixText } from '../preview-text.js';
import { explained, trafficOf } from '../traffic-options.js';

export const command: Command = {
  summary: 'check a profile: everything that is wrong in it, each with its place',
  positionals: [{ name: 'NAME|FILE', description: 'the profile' }],
  options: () => ({}),
  run: async (values) => {
    const name = textOf(values, 'NAME|FILE') ?? '';
    const asked = await trafficOf({ profile: [name] });
    const preview = await explained(asked, () => previewTraffic(asked.options, 0));
    const { streams, periodFrames } = preview;
    requireEngine(asked.profile);
    const count = `${formatCount(streams.length)} stream${streams.length === 1 ? '' : 's'}`;
    const notes = asked.profile?.notes.map((note) => `note: ${note}\n`).join('') ?? '';
    process.stdout.write(
      `${name}: ${count}, ${periodFrames <= 1 ? '' : `the mix ${mixText(preview)}; `}no errors\n${notes}`,
    );
    return ExitCode.ok;
  },
};

function requireEngine(profile: Profile | undefined): void {
  const name = profile?.run.engine;
  const known = engines().map((engine) => engine.name);
  if (name === undefined || known.includes(name)) return;
  throw new UsageError(`run.engine: no engine '${name}'; ${didYouMean(name, known)}`);
}
