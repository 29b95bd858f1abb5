import type { FrameProgram } from '../compile/program.js';
import { HostError, messageOf, NativeError, NotPermittedError, UsageError } from '../errors.js';
import {
  type NativeEngineInfo,
  type NativeLink,
  type NativeNetwork,
  type NativeRun,
  native,
} from '../native/index.js';
import type { Place } from '../system/lab.js';
import { explainingPermission } from '../system/permissions.js';
import type { Calibration } from './calibration.js';
import { openPlaceFor } from './place.js';
import type { RunPlan } from './plan.js';
import { timetableOf } from './timetable.js';
import { LinkReader, Watch } from './watch.js';
import { isZeroCopy, witnessOf } from './witness.js';

/** What a run holds open. */
export interface Opened {
  readonly place: Place | null;
  /** Where the workers' sockets are. */
  readonly network: NativeNetwork;
  readonly native: NativeRun;
  readonly device: LinkReader | null;
  readonly farEnd: LinkReader | null;
  readonly watch: Watch | null;
  /** What was measured before the run, for its summary. */
  readonly calibration: Calibration | null;
}

/** Every socket, ring and thread of a plan. @throws NotPermittedError, HostError. Nothing is left open then. */
export function open(plan: RunPlan, program: FrameProgram): Omit<Opened, 'calibration'> {
  const place = openPlaceFor(plan.engine, plan.target, plan.sizes.maxBytes);
  const network = place?.network ?? new (native().Network)(false);
  try {
    const link = place && linkOf(network, place.interface);
    const workers = openWorkers(plan, program, network, link ?? { name: '', index: 0 });
    // Now: some drivers begin to count anew when an XDP program comes.
    const device = link && new LinkReader(network, linkOf(network, link.name));
    const farEnd = place?.farEnd ? new LinkReader(network, linkOf(network, place.farEnd)) : null;
    const watch = device && new Watch(network, device, sendingOf(plan, device.driver, workers.modes()));
    return { place, network, native: workers, device, farEnd, watch };
  } catch (error) {
    network.close();
    throw error;
  }
}

function linkOf(network: NativeNetwork, name: string): NativeLink {
  const link = network.link(name);
  if (!link) throw new HostError('NO_IFACE', `${name}: no such interface`);
  return link;
}

function sendingOf({ engine, sizes }: RunPlan, driver: string | null, modes: readonly string[]) {
  const byXdp = infoOf(engine.name)?.needsXdpAtFarEnd ?? false;
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
      infoOf(engine.name)?.capabilities ?? '',
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

function infoOf(engine: string): NativeEngineInfo | undefined {
  return native()
    .engines()
    .find(({ name }) => name === engine);
}
