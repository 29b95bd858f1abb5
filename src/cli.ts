#!/usr/bin/env node
import { readdirSync, readFileSync } from 'node:fs';
import yargs from 'yargs';
import type { Command, Values } from './commands/command.js';
import { ExitCode, messageOf, PktgenError, UsageError } from './errors.js';
import { didYouMean, nearest } from './suggest.js';
import { endWithTerminal } from './system/terminal.js';

const DEFAULT_COMMAND = 'run';
/** Files in src/commands that help commands but are none. */
const HELPERS = [
  'audience',
  'calibration-text',
  'command',
  'conduct',
  'engines-text',
  'keys',
  'on-screen',
  'options',
  'preview-text',
  'stop',
  'traffic-options',
  'values',
];

const HELP_COLUMNS = 120;

type ParsedValues = Values & { readonly _: readonly string[] };

// A reader that went away is no error of ours: whatever runs then ends as it would have.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
endWithTerminal();

process.exitCode = await main(process.argv.slice(2)).catch(report);

async function main(args: readonly string[]): Promise<ExitCode> {
  const family = familyOf(args);
  if (family) return showFamily(family);
  const name = commandOf(args);
  const rest = name === undefined ? args : args.slice(name.split(' ').length);
  if (rest.includes('--version')) {
    process.stdout.write(`${version()}\n`); // also where the addon is missing
    return ExitCode.ok;
  }
  const command = await loadCommand(name ?? DEFAULT_COMMAND);
  const values = await parse(name ?? DEFAULT_COMMAND, command, rest);
  if (values === 'shown') return ExitCode.ok;
  return command.run(values);
}

/** The first word of commands of two words, when help on them is asked for. */
function familyOf([first = '', second]: readonly string[]): string | undefined {
  return second === '--help' && commandNames().some((name) => name.startsWith(`${first} `))
    ? first
    : undefined;
}

async function showFamily(family: string): Promise<ExitCode> {
  const names = commandNames().filter((name) => name.startsWith(`${family} `));
  process.stdout.write(
    `${(await summaries(names)).join('\n')}\n\npktgen ${names[0]} --help and the like say more.\n`,
  );
  return ExitCode.ok;
}

function summaries(names: readonly string[]): Promise<string[]> {
  return Promise.all(
    names.map(async (name) => `  pktgen ${name.padEnd(15)} ${(await loadCommand(name)).summary}`),
  );
}

/** The command that the first word names, or the first two; undefined for the default one. */
function commandOf([first = '', second = '']: readonly string[]): string | undefined {
  const known = commandNames();
  if (known.includes(first)) return first;
  const family = known.filter((name) => name.startsWith(`${first} `));
  if (first === '' || family.length === 0) return undefined;
  if (family.includes(`${first} ${second}`)) return `${first} ${second}`;
  const seconds = family.map((name) => name.slice(first.length + 1));
  const isWord = second !== '' && !second.startsWith('-');
  throw new UsageError(
    isWord
      ? `${first} ${second}: no such command; ${didYouMean(second, seconds)}`
      : `${first}: expected one of ${seconds.join(', ')}`,
  );
}

async function loadCommand(name: string): Promise<Command> {
  const { command } = (await import(`./commands/${name.replace(' ', '/')}.js`)) as { command: Command };
  return command;
}

/** Files are commands; a folder holds those of two words. */
function commandNames(folder = ''): string[] {
  return readdirSync(new URL(`./commands/${folder}`, import.meta.url), { withFileTypes: true })
    .flatMap((entry) => {
      if (entry.isDirectory()) return commandNames(`${entry.name}/`).map((name) => `${entry.name} ${name}`);
      return entry.name.endsWith('.js') ? [entry.name.slice(0, -'.js'.length)] : [];
    })
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
      'greedy-arrays': false,
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
  if (!values['help']) {
    await refuseUnknown(values, [...Object.keys(options), 'help', 'version']);
    return { ...lastOf(values, options), ...positionalsOf(values._.map(String), command) };
  }
  process.stdout.write(`${withoutTypes(await parser.getHelp())}
`);
  return 'shown';
}

/** Of what can be given only once, the last one counts. */
function lastOf(values: Values, options: ReturnType<Command['options']>): Values {
  const entries = Object.entries(values).map(([name, value]) => {
    const isOne = Array.isArray(value) && !options[name]?.array;
    return [name, isOne ? value.at(-1) : value] as const;
  });
  return Object.fromEntries(entries);
}

function positionalsOf(words: readonly string[], { positionals = [] }: Command): Values {
  const extra = words[positionals.length];
  if (extra !== undefined) {
    throw new UsageError(
      positionals.length > 0
        ? `${extra}: one word too many`
        : `${extra}: no such command${instead(extra, commandNames(), '')}`,
    );
  }
  const missing = positionals.find(({ required }, i) => required !== false && words[i] === undefined);
  if (missing) throw new UsageError(`${missing.name} is missing: ${missing.description}`);
  return Object.fromEntries(positionals.map(({ name }, i) => [name, words[i]]));
}

function usageError(message: string): UsageError {
  const bare = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  return new UsageError(bare === undefined ? message : `--${bare}: a value is missing`);
}

/** yargs ends each line with the option's type; the argument's name in front says more. */
function withoutTypes(help: string): string {
  return help.replace(/\s*\[(?:string|boolean|array)\]$/gm, '');
}

async function usage(name: string, command: Command): Promise<string> {
  if (name !== DEFAULT_COMMAND) {
    const words = (command.positionals ?? []).map((word) =>
      word.required === false ? `[${word.name}]` : word.name,
    );
    return `${['pktgen', name, ...words].join(' ')} [options]\n\n${command.summary}`;
  }
  const lines = await summaries(commandNames());
  return `pktgen [command] [options]\n\n${lines.join('\n')}\n\nExample: pktgen --iface eth1 --size 64`;
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
async function refuseUnknown(values: ParsedValues, known: readonly string[]): Promise<void> {
  const unknown = Object.keys(values).find((key) => key !== '_' && key !== '$0' && !known.includes(key));
  if (unknown === undefined) return;
  const dashes = unknown.length === 1 ? '-' : '--';
  const elsewhere = await commandsWith(unknown);
  const help =
    elsewhere.length > 0 ? `; it belongs to pktgen ${elsewhere.join(', ')}` : instead(unknown, known, '--');
  throw new UsageError(`${dashes}${unknown}: no such option${help}`);
}

async function commandsWith(option: string): Promise<string[]> {
  const names = commandNames();
  const commands = await Promise.all(names.map(loadCommand));
  return names.filter((_, i) => Object.hasOwn(commands[i]?.options() ?? {}, option));
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
