import { writeFileSync } from 'node:fs';
import { convertTrafgen, ExitCode, HostError, messageOf } from '../../index.js';
import { type Command, flag, text, textOf } from '../command.js';

export const command: Command = {
  summary: "turn a configuration of netsniff-ng's trafgen into a profile",
  positionals: [{ name: 'FILE', description: 'the trafgen configuration' }],
  options: () => ({
    cpp: flag('Input:', 'run the C preprocessor over it first'),
    out: text(
      'Output:',
      'FILE',
      'where to write the profile [standard output]; an existing file stays as it is',
    ),
  }),
  run: async (values) => {
    const yaml = await convertTrafgen(textOf(values, 'FILE') ?? '', { cpp: values['cpp'] === true });
    const out = textOf(values, 'out');
    if (out === undefined) process.stdout.write(yaml);
    else write(out, yaml);
    return ExitCode.ok;
  },
};

function write(file: string, yaml: string): void {
  try {
    writeFileSync(file, yaml, { flag: 'wx' });
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new HostError('NOT_WRITTEN', `--out ${file}: ${exists ? 'it exists already' : messageOf(cause)}`, {
      cause,
    });
  }
}
