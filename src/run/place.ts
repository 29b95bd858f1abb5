import { HostError, NativeError, NotPermittedError } from '../errors.js';
import { native } from '../native/index.js';
import { DROP_CAPABILITIES, dropAtFarEnd, openLab, openSink, type Place, whyNoDrop } from '../system/lab.js';
import { offloadsInTheWay } from './offloads.js';
import type { RunPlan } from './plan.js';
import type { Target } from './target.js';

/**
 * The interfaces of a target as this engine needs them, made if they are private; null where there are none.
 * `longestBytes`: frame size that has to fit.
 * @throws HostError, NotPermittedError
 */
export function openPlaceFor(engine: RunPlan['engine'], target: Target, longestBytes: number): Place | null {
  const place = openPlace(target, longestBytes);
  if (place) suit(place, target, engine);
  return place;
}

/** Of a private interface, what would change this engine's frames on the way is switched off. */
export function suit(
  { network, interface: name }: Place,
  { kind }: Target,
  engine: Pick<RunPlan['engine'], 'name' | 'options'>,
): void {
  if (kind === 'interface') return;
  for (const offload of offloadsInTheWay(engine)) network.disableFeature(name, offload);
}

/**
 * The interfaces of a target, made if they are private; null where there are none.
 * @throws HostError, NotPermittedError
 */
export function openPlace(target: Target, longestBytes: number): Place | null {
  switch (target.kind) {
    case 'none':
      return null;
    case 'interface':
      return { network: new (native().Network)(false), interface: target.name, farEnd: null };
    case 'lab-sink':
      return openSink(target.queues, longestBytes);
    case 'lab': {
      const lab = openLab(target.queues, longestBytes);
      if (target.farEndDoes === 'drop') requireDrop(lab);
      return lab;
    }
  }
}

function requireDrop(lab: Place): void {
  try {
    dropAtFarEnd(lab);
  } catch (error) {
    lab.network.close();
    if (!(error instanceof NativeError)) throw error;
    const remedy = 'or let the frames go up its stack: --far-end stack';
    if (error.code === 'EPERM') {
      throw new NotPermittedError(
        `--far-end drop needs ${DROP_CAPABILITIES}, which an unprivileged lab cannot have: run it with sudo, ${remedy}`,
        { cause: error },
      );
    }
    throw new HostError(error.code, `--far-end drop: ${whyNoDrop(error)}, ${remedy}`, { cause: error });
  }
}
