import type { FrameProgram } from '../compile/program.js';
import { NativeError } from '../errors.js';
import type { NativeFit } from '../native/index.js';
import { DROP_CAPABILITIES, dropAtFarEnd, type FarEndDoes, type Place, whyNoDrop } from '../system/lab.js';
import { type Candidate, type Judged, usableByRank } from './choice.js';
import { openPlace, suit } from './place.js';
import type { Target } from './target.js';

/** Where frames shall go, and which. */
export interface Occasion {
  readonly target: Target;
  /** What was asked of a lab's far end; undefined leaves it to the engine. */
  readonly farEndDoes: FarEndDoes | undefined;
  readonly longestBytes: number;
  readonly program: FrameProgram;
  /** As many as were asked for; 1 where that is left to us. */
  readonly workers: number;
  /** Transmit queues; null where there is one for every worker. */
  readonly queues: number | null;
}

/**
 * Asks every candidate what it can do at the target. A private target is made for the moment.
 * `first`: in a lab whose far end may do either, an engine for which it has to drop is enough, if there is one: the rule
 * prefers it.
 * @throws HostError, NotPermittedError when the target itself cannot be made.
 */
export function judge(candidates: readonly Candidate[], occasion: Occasion, first = false): Judged[] {
  const { target, farEndDoes, longestBytes } = occasion;
  if (target.kind !== 'lab') return judgeAt(candidates, openPlace(target, longestBytes), occasion);
  if (farEndDoes !== undefined) {
    return judgeAt(candidates, openPlace({ ...target, farEndDoes }, longestBytes), occasion);
  }
  const stack = { ...target, farEndDoes: 'stack' } as const;
  const needsDrop = candidates.filter(({ engine }) => engine.needsXdpAtFarEnd);
  const others = candidates.filter(({ engine }) => !engine.needsXdpAtFarEnd);
  const dropping =
    needsDrop.length > 0 ? judgeDropping(needsDrop, openPlace(stack, longestBytes), occasion) : [];
  if (others.length === 0 || (first && usableByRank(dropping).length > 0)) return dropping;
  return [...dropping, ...judgeAt(others, openPlace(stack, longestBytes), occasion)];
}

function judgeDropping(candidates: readonly Candidate[], lab: Place | null, occasion: Occasion): Judged[] {
  if (!lab) return [];
  const refusal = refusalToDrop(lab);
  const judged = judgeAt(candidates, lab, occasion);
  return refusal ? judged.map((one) => ({ ...one, fit: { ...one.fit, refusal } })) : judged;
}

function refusalToDrop(lab: Place): NativeFit['refusal'] {
  try {
    dropAtFarEnd(lab);
    return null;
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    const help = error.code === 'EPERM' ? `run it with sudo, or give node ${DROP_CAPABILITIES}` : '';
    return { code: error.code, reason: whyNoDrop(error), help };
  }
}

function judgeAt(candidates: readonly Candidate[], place: Place | null, occasion: Occasion): Judged[] {
  try {
    return candidates.map((candidate) => judgeOne(candidate, place, occasion));
  } finally {
    place?.network.close();
  }
}

const ALWAYS: NativeFit = { refusal: null, facts: [], rank: 0 };

function judgeOne(candidate: Candidate, place: Place | null, occasion: Occasion): Judged {
  const { program, target } = occasion;
  const { engine, options } = candidate;
  if (!place || !engine.needsDevice) return { ...candidate, fit: ALWAYS };
  suit(place, target, { name: engine.name, options });
  const fit = place.network.probe(engine.name, place.interface, program, { ...options });
  const refusal = fit.refusal && forLab(fit.refusal, occasion);
  return { ...candidate, fit: { ...fit, refusal: refusal ?? refusalOfQueues(candidate, occasion) } };
}

/** In a lab nobody else can reach the far end. */
function forLab(refusal: NonNullable<NativeFit['refusal']>, { target }: Occasion): NativeFit['refusal'] {
  return target.kind === 'lab' && refusal.code === 'NO_XDP_XMIT'
    ? { ...refusal, help: '--far-end drop has one' }
    : refusal;
}

/** A queue that an engine binds itself to has one worker. */
function refusalOfQueues({ engine }: Candidate, { workers, queues }: Occasion): NativeFit['refusal'] {
  if (engine.queueChoice !== 'plan' || queues === null || workers <= queues) return null;
  return {
    code: 'NO_QUEUE',
    reason: `each of its workers needs a transmit queue of its own: there are ${queues}, and ${workers} workers`,
    help: `--workers ${queues}`,
  };
}
