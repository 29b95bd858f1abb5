import { ExitCode, profileJsonSchema } from '../../index.js';
import type { Command } from '../command.js';

export const command: Command = {
  summary: 'print the JSON Schema of profiles, for editors',
  options: () => ({}),
  run: async () => {
    process.stdout.write(`${JSON.stringify(await profileJsonSchema(), null, 2)}\n`);
    return ExitCode.ok;
  },
};
