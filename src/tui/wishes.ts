import { UsageError } from '../errors.js';
import type { Shape } from '../model/timing.js';
import type { Stream, TrafficModel } from '../model/traffic.js';
import type { Profile } from '../profile/lazy.js';
import { AUTO } from '../run/choice.js';
import { engineNamed, flagOf, hasOption, ownersOf, resolveEngineOptions } from '../run/engine-options.js';
import type { RunOptions, RunPlan } from '../run/plan.js';

/** What a person has changed while watching. What is undefined stays as it was asked for at first. */
export interface Wishes {
  readonly engine?: string | undefined;
  /** Without a queueing discipline; false changes nothing where an engine has none to go round. */
  readonly qdiscBypass?: boolean | undefined;
  /** Of every stream. */
  readonly sizes?: RunOptions['sizes'];
  /** Other traffic. It brings its own frame sizes, unless `sizes` says otherwise, and its own rate, if it has one. */
  readonly profile?: Pick<Profile, 'traffic' | 'run'> | undefined;
  readonly cpus?: readonly number[] | undefined;
  /** null: as fast as possible. */
  readonly shape?: Shape | null | undefined;
  /** Names of streams that are not sent. Those of other traffic do not matter. */
  readonly muted: ReadonlySet<string>;
}

/** What to ask of the next leg. */
export interface Wished {
  readonly options: RunOptions;
  /** What follows from the wishes that nobody wished for; one line each. */
  readonly notes: readonly string[];
}

/**
 * `base` is what was asked for at first, `presentEngine` the name of the engine that runs now. Pure. What of it this host
 * can do is for the plan to find out.
 * @throws UsageError
 */
export function applyWishes(base: RunOptions, wishes: Wishes, presentEngine: string): Wished {
  const notes: string[] = [];
  const steps = [withProfile, withSizes, withMuted, withCpus, withShape, withEngine, withBypass];
  const start = withoutStaleMeasurement(base, wishes);
  const options = steps.reduce((asked, step) => step(asked, wishes, notes, presentEngine), start);
  return { options, notes };
}

/** A measurement holds for the frames and workers that it was made with. */
function withoutStaleMeasurement(base: RunOptions, { sizes, profile, cpus, muted }: Wishes): RunOptions {
  const { calibration, ...others } = base;
  const isOther = sizes || profile || cpus || muted.size > 0;
  return calibration && !isOther ? { ...others, calibration } : others;
}

/** How much is sent in all stays as it was asked for: a profile has no say in that while a run goes on. */
function withProfile(options: RunOptions, { profile, sizes }: Wishes, notes: string[]): RunOptions {
  if (!profile) return options;
  const { loops, sizeBytes, sizes: askedSizes, ...others } = options;
  if (loops !== undefined) notes.push('--loop no longer limits the run: the traffic is another one');
  if ((sizeBytes !== undefined || askedSizes) && !sizes)
    notes.push("frame sizes are the profile's: --size no longer holds");
  return { ...withoutRecorded(others), traffic: profile.traffic, ...timingOf(profile, others) };
}

/** Only a capture has times of its own. */
function withoutRecorded({ shape, ...others }: RunOptions): RunOptions {
  return shape && shape.kind !== 'recorded' ? { ...others, shape } : others;
}

function timingOf({ run: { shape, pacing, late } }: NonNullable<Wishes['profile']>, asked: RunOptions) {
  const own = shape && !asked.topSpeed ? { shape } : {};
  return { ...own, ...(pacing && { pacing }), ...(late && { late }) };
}

function withSizes(options: RunOptions, { sizes }: Wishes): RunOptions {
  if (!sizes) return options;
  const { sizeBytes: _, ...others } = options;
  return { ...others, sizes };
}

/** @throws UsageError */
function withMuted(options: RunOptions, { muted }: Wishes, notes: string[]): RunOptions {
  if (muted.size === 0) return options;
  const { traffic } = options;
  if (!traffic) throw onlyOne([...muted][0] ?? '');
  const streams = traffic.streams.filter(({ name }) => !muted.has(name));
  if (streams.length === traffic.streams.length) return options;
  if (streams.length === 0) throw onlyOne(traffic.streams.at(-1)?.name ?? '');
  requireStarted(streams, muted);
  notes.push(...noteStarters(traffic, muted));
  return { ...options, traffic: { ...traffic, streams } };
}

function onlyOne(stream: string): UsageError {
  return new UsageError(`stream ${stream} is the only one: pause instead`);
}

function requireStarted(streams: readonly Stream[], muted: ReadonlySet<string>): void {
  const starter = streams.find(({ timing }) => timing?.then !== undefined && muted.has(timing.then));
  if (!starter) return;
  throw new UsageError(
    `stream ${starter.timing?.then} cannot be left out: ${starter.name} starts it when it ends; leave ${starter.name} out first`,
  );
}

/** Those whose starter is left out. */
function noteStarters({ streams }: TrafficModel, muted: ReadonlySet<string>): string[] {
  return streams.flatMap(({ name, timing }) => {
    const next = timing?.then;
    if (next === undefined || !muted.has(name) || muted.has(next)) return [];
    return `stream ${next} waits for no other: ${name}, whose end starts it, is left out`;
  });
}

function withCpus(options: RunOptions, { cpus }: Wishes): RunOptions {
  if (!cpus) return options;
  const { workers: _, ...others } = options;
  return { ...others, cpus };
}

function withShape(options: RunOptions, { shape }: Wishes): RunOptions {
  if (shape === undefined) return options;
  const { shape: _, topSpeed: __, ...others } = options;
  return shape === null ? { ...others, topSpeed: true } : { ...others, shape };
}

function withEngine(options: RunOptions, { engine: name }: Wishes, notes: string[]): RunOptions {
  if (name === undefined) return options;
  const { engineOptions = {}, ...others } = options;
  const engine = engineNamed(name);
  const kept = Object.entries(engineOptions).filter(([option, value]) => {
    if (!engine) return true; // auto, or a name that the plan refuses
    const reason = whyNot(engine, option, value);
    if (reason !== null) notes.push(`${flagOf(option)} is left out: ${reason}`);
    return reason === null;
  });
  return { ...others, engine: name, engineOptions: Object.fromEntries(kept) };
}

type Engine = NonNullable<ReturnType<typeof engineNamed>>;

/** null: the engine takes that option. */
function whyNot(engine: Engine, option: string, value: boolean | number | string): string | null {
  if (!hasOption(engine, option)) return `engine ${engine.name} has no such option`;
  const alone = { ...engine, options: engine.options.filter(({ name }) => name === option) };
  try {
    resolveEngineOptions(alone, { [option]: value });
    return null;
  } catch (error) {
    if (error instanceof UsageError) return `engine ${engine.name}: ${error.message}`;
    throw error;
  }
}

const BYPASS = 'qdiscBypass';

/** @throws UsageError */
function withBypass(
  options: RunOptions,
  { qdiscBypass }: Wishes,
  _notes: string[],
  presentEngine: string,
): RunOptions {
  if (qdiscBypass === undefined) return options;
  const asked = options.engine ?? AUTO;
  const name = asked === AUTO ? presentEngine : asked;
  const engine = engineNamed(name);
  if (engine && hasOption(engine, BYPASS)) {
    // By name: with auto the option decides on the engine, and only one of the two was asked for.
    return { ...options, engine: name, engineOptions: { ...options.engineOptions, [BYPASS]: qdiscBypass } };
  }
  if (!qdiscBypass) return options;
  throw new UsageError(
    `${flagOf(BYPASS)}: engine ${name} has no such option; ${ownersOf(BYPASS).join(' and ')} have it`,
  );
}

/**
 * How to ask for it, the best first. What nobody asked to change stays as it is now, if it can: the CPUs, and the engine where
 * that was left to pktgen. Rules that chose them for what was asked at first would choose others for what is asked now. Pure.
 */
export function waysToAsk(options: RunOptions, present: RunPlan): readonly RunOptions[] {
  const { workers: _, ...others } = options;
  const sameCpus = { ...others, cpus: options.cpus ?? present.workers.map(({ cpu }) => cpu) };
  const isFree = (options.engine ?? AUTO) === AUTO;
  return [
    ...(isFree ? [{ ...sameCpus, engine: present.engine.name }] : []),
    sameCpus,
    ...(options.cpus ? [] : [options]),
  ];
}
