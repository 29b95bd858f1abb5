import { readFileSync } from 'node:fs';
import { ExitCode, profileFile } from '../../index.js';
import { type Command, textOf } from '../command.js';

export const command: Command = {
  summary: 'print a shipped profile, to begin your own with',
  positionals: [{ name: 'NAME', description: 'pktgen profile list names them' }],
  options: () => ({}),
  run: async (values) => {
    process.stdout.write(readFileSync(profileFile(textOf(values, 'NAME') ?? ''), 'utf8'));
    return ExitCode.ok;
  },
};
