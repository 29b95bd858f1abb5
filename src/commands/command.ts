import type { Options } from 'yargs';
import type { ExitCode } from '../errors.js';

/** The values of a parsed command line by option name; absent when not given. */
export type Values = Readonly<Record<string, string | boolean | undefined>>;

/** A command is one file in this folder, named like the command, that exports `command`. */
export interface Command {
  readonly summary: string;
  /** By option name, in the order of the help. Every value is text or a flag: the command itself knows the units. */
  readonly options: () => Readonly<Record<string, Options>>;
  /** Shown below the options. */
  readonly epilogue?: string;
  readonly run: (values: Values) => Promise<ExitCode>;
}

/** An option with a value. `group` is a heading of the help text. */
export function text(group: string, argument: string, description: string): Options {
  return { type: 'string', requiresArg: true, group, describe: `${argument}  ${description}` };
}

/** An option without a value. */
export function flag(group: string, description: string): Options {
  return { type: 'boolean', group, describe: description };
}
