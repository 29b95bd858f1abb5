import { UsageError } from '../errors.js';
import { type NativeEngineInfo, type NativeEngineOption, native, type OptionValue } from '../native/index.js';

/** Frames per system call. */
export const MOST_BATCH = 65536;

export type GivenOptions = Readonly<Record<string, OptionValue>>;

/** The engines of this build and their options, as they describe themselves. */
export function engines(): NativeEngineInfo[] {
  return native()
    .engines()
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** undefined where this build has none of that name. */
export function engineNamed(name: string): NativeEngineInfo | undefined {
  return native()
    .engines()
    .find((engine) => engine.name === name);
}

export function hasOption(engine: NativeEngineInfo, name: string): boolean {
  return engine.options.some((option) => option.name === name);
}

/** Every option of an engine with what was given or its default. @throws UsageError */
export function resolveEngineOptions(
  engine: NativeEngineInfo,
  given: GivenOptions,
): Record<string, OptionValue> {
  const foreign = Object.keys(given).find((name) => !hasOption(engine, name));
  if (foreign !== undefined) {
    throw new UsageError(`${flagOf(foreign)}: engine ${engine.name} has no such option${belongsTo(foreign)}`);
  }
  return Object.fromEntries(
    engine.options.map((option) => [option.name, resolveOption(option, given[option.name])]),
  );
}

/** "; it belongs to tx-ring", or nothing. */
function belongsTo(name: string): string {
  const owners = ownersOf(name);
  return owners.length > 0 ? `; it belongs to ${owners.join(', ')}` : '';
}

/** The engines that have an option. */
export function ownersOf(name: string): string[] {
  return engines()
    .filter((engine) => hasOption(engine, name))
    .map((engine) => engine.name);
}

function resolveOption(option: NativeEngineOption, given: OptionValue | undefined): OptionValue {
  if (given === undefined && option.type !== 'text') return option.fallback;
  if (given !== undefined && isAcceptable(option, given)) return given;
  throw new UsageError(
    `${flagOf(option.name)}${given === undefined ? '' : ` ${given}`}: ${expectation(option)}`,
  );
}

function isAcceptable(option: NativeEngineOption, given: OptionValue): boolean {
  if (option.type === 'flag') return typeof given === 'boolean';
  if (option.type === 'text') return typeof given === 'string' && given.length > 0;
  if (option.type === 'choice') return typeof given === 'string' && option.choices.includes(given);
  if (typeof given !== 'number' || !Number.isInteger(given)) return false;
  if (given < option.minimum || given > option.maximum) return false;
  return !option.powerOfTwo || Number.isInteger(Math.log2(given));
}

function expectation(option: NativeEngineOption): string {
  if (option.type === 'flag') return 'expected true or false';
  if (option.type === 'choice') return `expected ${option.choices.join(', ')}`;
  if (option.type === 'text') return `expected ${option.argument}, ${option.description}`;
  const kind = option.powerOfTwo ? 'a power of two' : 'a whole number';
  return `expected ${kind} from ${option.minimum} to ${option.maximum}`;
}

/** "ringFrames" → "--ring-frames". */
export function flagOf(optionName: string): string {
  return `--${optionName.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
