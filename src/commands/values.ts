import { type EngineOption, engines, flagOf, type OptionValue, parseCount } from '../index.js';
import { textOf, type Values } from './command.js';

export function countOf(values: Values, name: string, minimum: number, maximum: number): number | undefined {
  return convert(values, name, (flagName, value) => parseCount(flagName, value, minimum, maximum));
}

export function convert<T>(
  values: Values,
  name: string,
  parse: (flagName: string, value: string) => T,
): T | undefined {
  const value = textOf(values, name);
  return value === undefined ? undefined : parse(`--${name}`, value);
}

export function engineOptionValues(values: Values): Record<string, OptionValue> {
  const options = engines().flatMap((engine) => engine.options);
  const given = options.flatMap((option) => {
    const value = engineOptionValue(values, option);
    return value === undefined ? [] : [[option.name, value] as const];
  });
  return Object.fromEntries(given);
}

function engineOptionValue(values: Values, option: EngineOption): OptionValue | undefined {
  const name = flagOf(option.name).slice(2);
  if (option.type === 'flag') return values[name] === undefined ? undefined : values[name] === true;
  if (option.type === 'text' || option.type === 'choice') return textOf(values, name);
  return countOf(values, name, ...rangeOf(option.name));
}

/** Over all engines that have it: which of them is meant is not known yet. */
function rangeOf(name: string): [number, number] {
  const options = engines().flatMap((engine) => engine.options);
  const ranges = options
    .filter((option) => option.type === 'integer')
    .filter((option) => option.name === name);
  return [Math.min(...ranges.map((o) => o.minimum)), Math.max(...ranges.map((o) => o.maximum))];
}

/** An option that takes a text belongs to one engine and names it: `--to FILE` is enough to mean the engine pcap. */
export function engineOf(values: Values): string | undefined {
  const named = engines().find(({ options }) =>
    options.some((option) => option.type === 'text' && engineOptionValue(values, option) !== undefined),
  );
  return textOf(values, 'engine') ?? named?.name;
}

/** The engine ends a run by itself that nobody limits. */
export function hasDefaultCount(engineName: string | undefined): boolean {
  return engines().some(({ name, defaultCount }) => name === engineName && defaultCount !== null);
}
