#!/usr/bin/env node
import { readdirSync, readFileSync } from 'node:fs';
import yargs from 'yargs';
import type { Command, Values } from './commands/command.js';
import { ExitCode, messageOf, PktgenError, UsageError } from './errors.js';
import { nearest } from './suggest.js';

const DEFAULT_COMMAND = 'run';
/** Files in src/commands that help commands but are none. */
const HELPERS = ['command', 'stop'];

const HELP_COLUMNS = 120;

type ParsedValues = Values & { readonly _: readonly string[] };

// A reader that went away is no error of ours: whatever runs then ends as it would have.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exitCode = await main(process.argv.slice(2)).catch(report);

async function main(args: readonly string[]): Promise<ExitCode> {
  const known = commandNames();
  const [first = ''] = args;
  const named = known.includes(first);
  const name = named ? first : DEFAULT_COMMAND;
  const rest = named ? args.slice(1) : args;
  if (rest.includes('--version')) {
    process.stdout.write(`${version()}\n`); // also where the addon is missing
    return ExitCode.ok;
  }
  const { command } = (await import(`./commands/${name}.js`)) as { command: Command };
  const values = await parse(name, command, rest);
  if (values === 'shown') return ExitCode.ok;
  return command.run(values);
}

function commandNames(): string[] {
  return readdirSync(new URL('./commands/', import.meta.url))
    .filter((file) => file.endsWith('.js'))
    .map((file) => file.slice(0, -'.js'.length))
    .filter((name) => !HELPERS.includes(name))
    .sort();
}

async function parse(name: string, command: Command, args: readonly string[]): Promise<Values | 'shown'> {
  const options = command.options();
  refuseValuesOfFlags(args, options);
  const parser = yargs([...args])
    .scriptName('pktgen')
    .usage(await usage(name, command))
    .help(false)
    .version(false)
    .options(options)
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'duplicate-arguments-array': false,
      'parse-positional-numbers': false,
    })
    .option('help', { type: 'boolean', group: 'Other:', describe: 'this text' })
    .option('version', { type: 'boolean', group: 'Other:', describe: 'the version' })
    .epilogue(command.epilogue ?? '')
    .wrap(Math.min(HELP_COLUMNS, process.stdout.columns ?? HELP_COLUMNS))
    .exitProcess(false)
    .fail((message, error) => {
      throw usageError(message ?? messageOf(error));
    });
  const values = (await parser.parse()) as unknown as ParsedValues;
  refuseUnknown(values, [...Object.keys(options), 'help', 'version']);
  if (!values['help']) return values;
  process.stdout.write(`${withoutTypes(await parser.getHelp())}
`);
  return 'shown';
}

function usageError(message: string): UsageError {
  const bare = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  return new UsageError(bare === undefined ? message : `--${bare}: a value is missing`);
}

/** yargs ends each line with the option's type; the argument's name in front says more. */
function withoutTypes(help: string): string {
  return help.replace(/ *\[(?:string|boolean)\]$/gm, '');
}

async function usage(name: string, command: Command): Promise<string> {
  if (name !== DEFAULT_COMMAND) return `pktgen ${name} [options]\n\n${command.summary}`;
  const lines = await Promise.all(
    commandNames().map(async (other) => {
      const module = (await import(`./commands/${other}.js`)) as { command: Command };
      return `  pktgen ${other.padEnd(9)} ${module.command.summary}`;
    }),
  );
  return `pktgen [command] [options]\n\n${lines.join('\n')}\n\nExample: pktgen --iface eth1 --size 64 --qdisc-bypass`;
}

/** yargs takes any value of a flag for false; `--qdisc-bypass=yes` would silently mean no. */
function refuseValuesOfFlags(args: readonly string[], options: ReturnType<Command['options']>): void {
  for (const arg of args) {
    const [, name = '', value = ''] = /^--([^=]+)=(.*)$/s.exec(arg) ?? [];
    if (options[name]?.type !== 'boolean' || value === 'true' || value === 'false') continue;
    throw new UsageError(`--${name}=${value}: it is a flag; write --${name}, or leave it out`);
  }
}

/** @throws UsageError with the nearest right word. */
function refuseUnknown(values: ParsedValues, known: readonly string[]): void {
  const [word] = values._;
  if (word !== undefined)
    throw new UsageError(`${word}: no such command${instead(word, commandNames(), '')}`);
  const unknown = Object.keys(values).find((key) => key !== '_' && key !== '$0' && !known.includes(key));
  if (unknown === undefined) return;
  const dashes = unknown.length === 1 ? '-' : '--';
  throw new UsageError(`${dashes}${unknown}: no such option${instead(unknown, known, '--')}`);
}

function instead(word: string, known: readonly string[], dashes: string): string {
  const match = nearest(word, known);
  return match === undefined ? '; pktgen --help lists them' : `; did you mean ${dashes}${match}?`;
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

function report(error: unknown): ExitCode {
  if (error instanceof PktgenError) {
    process.stderr.write(`pktgen: ${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(
    `pktgen: internal error: ${messageOf(error)} (PKTGEN_DEBUG=1 shows where; please report it)\n`,
  );
  if (process.env['PKTGEN_DEBUG'] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return ExitCode.internal;
}
