import type { FrameProgram } from '../compile/program.js';
import { HostError, messageOf, NativeError, NotPermittedError, UsageError } from '../errors.js';
import { type NativeLink, type NativeNetwork, type NativeRun, native } from '../native/index.js';
import { explainingPermission } from '../system/permissions.js';
import { engineNamed } from './engine-options.js';
import type { Ground } from './ground.js';
import type { RunPlan } from './plan.js';
import { timetableOf } from './timetable.js';
import { LinkReader, Watch } from './watch.js';
import { isZeroCopy, witnessOf } from './witness.js';

/** What a run holds open; the ground belongs to whoever opened that. */
export interface Opened {
  readonly ground: Ground;
  readonly native: NativeRun;
  /** Counts from now on. */
  readonly device: LinkReader | null;
  readonly farEnd: LinkReader | null;
  readonly watch: Watch | null;
}

/**
 * Every socket, ring and thread of a plan; `ground` has to suit it.
 * @throws NotPermittedError, HostError. No worker is left then.
 */
export function open(plan: RunPlan, program: FrameProgram, ground: Ground): Opened {
  const { network, place } = ground;
  const link = place && linkOf(network, place.interface);
  const workers = openWorkers(plan, program, network, link ?? { name: '', index: 0 });
  try {
    // Now: some drivers begin to count anew when an XDP program comes.
    const device = link && new LinkReader(network, linkOf(network, link.name));
    const farEnd = place?.farEnd ? new LinkReader(network, linkOf(network, place.farEnd)) : null;
    const watch = device && new Watch(network, device, sendingOf(plan, device.driver, workers.modes()));
    return { ground, native: workers, device, farEnd, watch };
  } catch (error) {
    workers.close();
    throw error;
  }
}

function linkOf(network: NativeNetwork, name: string): NativeLink {
  const link = network.link(name);
  if (!link) throw new HostError('NO_IFACE', `${name}: no such interface`);
  return link;
}

function sendingOf({ engine, sizes }: RunPlan, driver: string | null, modes: readonly string[]) {
  const byXdp = engineNamed(engine.name)?.needsXdpAtFarEnd ?? false;
  const isPastStack = byXdp || modes.some(isZeroCopy);
  return { longestBytes: sizes.maxBytes, byXdp, isPastStack, witness: witnessOf(driver, modes) };
}

function openWorkers(
  plan: RunPlan,
  program: FrameProgram,
  network: NativeNetwork,
  link: { name: string; index: number },
): NativeRun {
  const { engine } = plan;
  const where = link.name === '' ? '' : ` on ${link.name}`;
  const durationNs = plan.durationNs === null ? null : BigInt(Math.round(plan.durationNs));
  try {
    return explainingPermission(
      `engine ${engine.name}${where}`,
      engineNamed(engine.name)?.capabilities ?? '',
      () =>
        new (native().Run)(network, {
          engine: engine.name,
          interface: link.name,
          interfaceIndex: link.index,
          batch: plan.batch,
          options: { ...engine.options },
          program,
          count: plan.countPackets === null ? null : BigInt(plan.countPackets),
          workers: plan.workers.map(({ cpu, queue }) => ({ cpu, queue: queue ?? 0, durationNs })),
          timetable: timetableOf(plan.schedule, program),
          warmupNs: plan.schedule.warmupNs,
        }),
    );
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    if (error.code === 'EXCLUSIVE' || error.code === 'ERANGE') throw new UsageError(error.message);
    if (error.code === 'NO_BUSY_POLL') throw new NotPermittedError(error.message, { cause: error });
    throw new HostError(error.code, `engine ${engine.name}${where} cannot start: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
