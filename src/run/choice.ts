import { HostError, type PktgenError, UsageError } from '../errors.js';
import type { NativeEngineInfo, NativeFit, OptionValue } from '../native/index.js';
import { didYouMean } from '../suggest.js';
import { notPermitted } from '../system/permissions.js';
import {
  engineNamed,
  engines,
  flagOf,
  type GivenOptions,
  hasOption,
  ownersOf,
  resolveEngineOptions,
} from './engine-options.js';
import { sendsSingleFrames } from './granularity.js';

/** The engine is left to pktgen. */
export const AUTO = 'auto';

/** An engine that has every option that was given. */
export interface Candidate {
  readonly engine: NativeEngineInfo;
  readonly options: Readonly<Record<string, OptionValue>>;
}

/** What it can do at the target with the frames that are to be sent. */
export interface Judged extends Candidate {
  readonly fit: NativeFit;
}

/** Who decided on the engine: the caller, the ranks, or a measurement. */
export type ChosenBy = 'asked' | 'rule' | 'measured';

export interface Choice extends Judged {
  readonly chosen: ChosenBy;
  /** A short phrase; empty where the caller asked for it. */
  readonly why: string;
  /** Frames per system call, where that was measured, too. */
  readonly batch?: number;
}

/**
 * The engines that come into question: the one that is named, or all that have the options that were given.
 * @throws UsageError
 */
export function candidatesFor(name: string, given: GivenOptions): Candidate[] {
  if (name !== AUTO) {
    const engine = askedEngine(name);
    return [{ engine, options: resolveEngineOptions(engine, given) }];
  }
  const names = Object.keys(given);
  const able = engines().filter((engine) => names.every((option) => hasOption(engine, option)));
  if (able.length === 0) throw noEngineHas(names);
  const candidates = withAcceptable(able, given);
  const withDevice = candidates.filter(({ engine }) => engine.needsDevice);
  return withDevice.length > 0 ? withDevice : candidates;
}

function askedEngine(name: string): NativeEngineInfo {
  const engine = engineNamed(name);
  if (engine) return engine;
  const names = [AUTO, ...engines().map((candidate) => candidate.name)];
  throw new UsageError(`--engine ${name}: no such engine; ${didYouMean(name, names)}`);
}

/** Engines may differ in the range of an option. */
function withAcceptable(able: readonly NativeEngineInfo[], given: GivenOptions): Candidate[] {
  let complaint: unknown;
  const candidates = able.flatMap((engine) => {
    try {
      return [{ engine, options: resolveEngineOptions(engine, given) }];
    } catch (error) {
      // A text that is missing, as the file of pcap, only means that this engine is not meant.
      if (engine.options.every((option) => option.type !== 'text')) complaint ??= error;
      return [];
    }
  });
  if (candidates.some(({ engine }) => engine.needsDevice) || complaint === undefined) return candidates;
  throw complaint;
}

function noEngineHas(names: readonly string[]): UsageError {
  const homeless = names.find((name) => ownersOf(name).length === 0);
  if (homeless !== undefined) return new UsageError(`${flagOf(homeless)}: no engine has such an option`);
  const owners = names.map((name) => `${flagOf(name)} (${ownersOf(name).join(', ')})`).join(', ');
  return new UsageError(`no engine has all of these options: ${owners}`);
}

/**
 * The engine of the highest rank that can send the frames; where each should leave by itself, of those that send so, if
 * there are any.
 * @throws NotPermittedError, HostError: one line that says of every engine why not. Pure.
 */
export function chooseByRule(judged: readonly Judged[], place: Named, singly = false): Choice {
  const usable = usableByRank(judged);
  const [best] = usable;
  if (!best) throw refusedAll(judged, place);
  const fine = singly ? usable.find(sendsSingleFrames) : best;
  if (fine && fine !== best) return { ...fine, chosen: 'rule', why: finerThan(best) };
  return { ...best, chosen: 'rule', why: reasonFor(best, judged) };
}

/** A candidate without rivals is taken whatever its rank. @throws NotPermittedError, HostError. Pure. */
export function takeOnly(only: Judged, place: Named, wasNamed: boolean): Choice {
  if (only.fit.refusal) throw refusedAlone(only, place);
  if (wasNamed) return { ...only, chosen: 'asked', why: '' };
  return { ...only, chosen: 'rule', why: 'the only engine with these options' };
}

/** Those that can send the frames, the fastest by rule first; without those that are never chosen. Pure. */
export function usableByRank(judged: readonly Judged[]): Judged[] {
  return judged
    .filter(({ fit }) => fit.refusal === null && fit.rank > 0)
    .sort((a, b) => b.fit.rank - a.fit.rank || a.engine.name.localeCompare(b.engine.name));
}

function finerThan({ engine, fit }: Judged): string {
  return `${engine.name} is faster, but a call takes it ${(fit.callNs ?? 0) / 1e3} µs: gaps are less even`;
}

function reasonFor(best: Judged, judged: readonly Judged[]): string {
  const faster = judged
    .filter(({ fit }) => fit.refusal !== null && fit.rank > best.fit.rank)
    .sort((a, b) => b.fit.rank - a.fit.rank)
    .map(({ engine, fit }) => [engine.name, fit.refusal?.reason] as const);
  const [first, ...others] = faster;
  if (!first) return 'the fastest that can run here';
  const more = others.map(([name, reason]) => `; ${name}: ${reason}`);
  return `${first[0]} cannot run here: ${first[1]}${more.join('')}`;
}

/** A target as it is called. */
export interface Named {
  /** As it was asked for, such as "--iface eth1". */
  readonly flag: string;
  readonly name: string;
}

const isPermission = ({ fit }: Judged) => fit.refusal?.code === 'EPERM' || fit.refusal?.code === 'EACCES';

function refusedAlone(candidate: Judged, place: Named): PktgenError {
  const { engine, fit } = candidate;
  if (isPermission(candidate)) {
    return notPermitted(`engine ${engine.name} on ${place.name}`, engine.capabilities);
  }
  const { code = '', reason = '', help = '' } = fit.refusal ?? {};
  const remedy = help === '' ? '' : `; ${help}`;
  if (code === 'EXCLUSIVE') return new UsageError(reason);
  return new HostError(code, `${place.flag}: engine ${engine.name} cannot run there: ${reason}${remedy}`);
}

function refusedAll(judged: readonly Judged[], place: Named): PktgenError {
  const forbidden = judged.filter(isPermission);
  if (forbidden.length > 0) {
    const [least = ''] = forbidden
      .map(({ engine }) => engine.capabilities)
      .sort((a, b) => a.length - b.length);
    return notPermitted(`sending on ${place.name}`, least);
  }
  const reasons = judged.flatMap(({ engine, fit }) =>
    fit.refusal ? `${engine.name}: ${fit.refusal.reason}` : [],
  );
  return new HostError('NO_ENGINE', `${place.flag}: no engine can run there: ${reasons.join('; ')}`);
}
