import type { Options } from 'yargs';
import type { ExitCode } from '../errors.js';

/** The values of a parsed command line by option name; absent when not given. */
export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** A word that is no option: pktgen replay FILE. */
export interface Positional {
  readonly name: string;
  readonly description: string;
  /** Default true. */
  readonly required?: boolean;
}

/**
 * A command is one file in this folder, named like the command, that exports `command`; a command of two words is a file
 * in a folder of the first word's name.
 */
export interface Command {
  readonly summary: string;
  /** In their order; they arrive among the values. */
  readonly positionals?: readonly Positional[];
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

/** An option with a value that can be given several times. */
export function texts(group: string, argument: string, description: string): Options {
  return { ...text(group, argument, description), array: true };
}

/** An option without a value. */
export function flag(group: string, description: string): Options {
  return { type: 'boolean', group, describe: description };
}

export function textOf(values: Values, name: string): string | undefined {
  return values[name] === undefined ? undefined : String(values[name]);
}

/** Of an option that can be given several times, or of any other. */
export function textsOf(values: Values, name: string): readonly string[] {
  const value = values[name];
  if (value === undefined || typeof value === 'boolean') return [];
  return typeof value === 'string' ? [value] : value;
}
