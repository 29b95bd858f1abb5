import { type NativeNetwork, native } from '../native/index.js';
import { labMtuBytes, type Place } from '../system/lab.js';
import { openPlaceFor, suit } from './place.js';
import type { RunPlan } from './plan.js';

/** Where runs take place, one after the other. It belongs to whoever opened it, who closes `network`. */
export interface Ground {
  /** Where the workers' sockets are. */
  readonly network: NativeNetwork;
  /** null without interfaces. */
  readonly place: Place | null;
  /** What it was made for. */
  readonly plan: Pick<RunPlan, 'target' | 'sizes'>;
}

/** What a plan needs. @throws HostError, NotPermittedError */
export function openGround(plan: RunPlan): Ground {
  const place = openPlaceFor(plan.engine, plan.target, plan.sizes.maxBytes);
  return { network: place?.network ?? new (native().Network)(false), place, plan };
}

/**
 * Starts something on this ground where that suits the plan, so that whoever looks at it goes on seeing; else on another
 * one, and closes this one. @throws HostError, NotPermittedError, and what `start` throws: this ground is then as it was.
 */
export function startOn<T>(
  ground: Ground,
  plan: RunPlan,
  start: (ground: Ground) => T,
): { readonly ground: Ground; readonly started: T } {
  if (fits(ground.plan, plan)) {
    if (ground.place) suit(ground.place, plan.target, plan.engine);
    return { ground, started: start(ground) };
  }
  const other = openGround(plan);
  try {
    const started = start(other);
    ground.network.close();
    return { ground: other, started };
  } catch (error) {
    other.network.close();
    throw error;
  }
}

function fits({ target: made, sizes }: Ground['plan'], { target, sizes: wanted }: RunPlan): boolean {
  const hasRoom = labMtuBytes(sizes.maxBytes) >= labMtuBytes(wanted.maxBytes);
  switch (made.kind) {
    case 'none':
      return target.kind === 'none';
    case 'interface':
      return target.kind === 'interface' && made.name === target.name;
    case 'lab-sink':
      return target.kind === 'lab-sink' && made.queues >= target.queues && hasRoom;
    case 'lab': {
      const isSame = target.kind === 'lab' && made.farEndDoes === target.farEndDoes;
      return isSame && made.queues >= target.queues && hasRoom;
    }
  }
}
