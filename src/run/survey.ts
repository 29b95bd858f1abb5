import type { NativeEngineInfo, NativeFit } from '../native/index.js';
import { howToPermit } from '../system/permissions.js';
import { AUTO, type Candidate, candidatesFor, type Judged, usableByRank } from './choice.js';
import { engines } from './engine-options.js';
import type { RunOptions } from './plan.js';
import { judge } from './probe.js';
import { programOf, sizesOf, type TrafficSizes } from './program.js';
import { resolveTarget, type Target } from './target.js';
import { resolveTraffic } from './traffic.js';

/** An engine, and what it can do at a target. */
export interface EngineReport extends NativeEngineInfo {
  /** null where it was not asked: without a target, or an engine without a device. */
  readonly fit: NativeFit | null;
}

export interface Survey {
  /** null when none was named. */
  readonly target: Target | null;
  /** Of the frames that were asked about. */
  readonly sizes: TrafficSizes | null;
  readonly engines: readonly EngineReport[];
  /** The engine that `auto` takes there by rule; null when none can run or nothing was named. */
  readonly auto: string | null;
}

/**
 * What every engine of this build can do at a target with these frames, what it cannot and what would help; without a
 * target only what there is. Sends nothing.
 * @throws UsageError, HostError
 */
export async function surveyEngines(options: RunOptions = {}): Promise<Survey> {
  const known = engines();
  if (options.iface === undefined && !options.lab && !options.labSink) {
    const reports = known.map((engine) => ({ ...engine, fit: null }));
    return { target: null, sizes: null, engines: reports, auto: null };
  }
  const place = resolveTarget({ ...options, force: true }, known, { mayBeDown: true });
  const program = await programOf(resolveTraffic(options, place.source));
  const sizes = sizesOf(program);
  const occasion = {
    target: place.target,
    farEndDoes: options.farEnd,
    longestBytes: sizes.maxBytes,
    program,
    workers: options.cpus?.length ?? options.workers ?? 1,
    queues: place.device?.queues ?? null,
  };
  const judged = judge(known.filter(isAskable).map(asCandidate), occasion);
  const reports = known.map((engine) => ({ ...engine, fit: fitOf(engine, judged) }));
  const ruled = candidatesFor(AUTO, {}).map(({ engine }) => engine.name);
  const best = usableByRank(judged).find(({ engine }) => ruled.includes(engine.name));
  return { target: place.target, sizes, engines: reports, auto: best?.engine.name ?? null };
}

const isAskable = ({ needsDevice }: NativeEngineInfo) => needsDevice;

function asCandidate(engine: NativeEngineInfo): Candidate {
  const defaults = engine.options.map((option) => [option.name, 'fallback' in option ? option.fallback : '']);
  return { engine, options: Object.fromEntries(defaults) };
}

function fitOf(engine: NativeEngineInfo, judged: readonly Judged[]): NativeFit | null {
  const fit = judged.find((one) => one.engine.name === engine.name)?.fit;
  if (!fit) return null;
  if (fit.refusal?.code !== 'EPERM' || fit.refusal.help !== '') return fit;
  return { ...fit, refusal: { ...fit.refusal, help: howToPermit(engine.capabilities) } };
}
