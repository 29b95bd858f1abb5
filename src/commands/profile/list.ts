import { ExitCode, listProfiles } from '../../index.js';
import { type Command, flag } from '../command.js';

export const command: Command = {
  summary: 'list the profiles that come with pktgen',
  options: () => ({ json: flag('Output:', 'as JSON on standard output') }),
  run: async (values) => {
    const profiles = await listProfiles();
    if (values['json']) {
      process.stdout.write(`${JSON.stringify(profiles, null, 2)}\n`);
      return ExitCode.ok;
    }
    const width = Math.max(...profiles.map(({ name }) => name.length));
    const lines = profiles.map(({ name, description }) => `${name.padEnd(width)}  ${description}`);
    process.stdout.write(`${lines.join('\n')}\n`);
    return ExitCode.ok;
  },
};
