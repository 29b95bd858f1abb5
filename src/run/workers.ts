import { HostError, UsageError } from '../errors.js';
import type { NativeEngineInfo, OptionValue } from '../native/index.js';
import { formatCpus, requireCpus } from '../system/cpus.js';
import type { CpuPlace, DevicePlace, Topology } from '../system/topology.js';
import { requireWhole } from './loops.js';

export interface WorkerPlan {
  readonly cpu: number;
  /** Transmit queue of the device; null where the kernel chooses one by the addresses and ports of a frame. */
  readonly queue: number | null;
  /** Of the CPU; null where the kernel knows no NUMA nodes. */
  readonly numaNode: number | null;
  /** CPUs of other workers that are threads of the same physical core. */
  readonly sharesCoreWith: readonly number[];
}

export interface WorkerOptions {
  /** One worker on each. Default: one; in a lab whose far end does not drop one per queue, which is two. */
  readonly cpus?: readonly number[];
  /** So many, on CPUs that suit the device. Instead of cpus. */
  readonly workers?: number;
}

const MOST_WORKERS = 1024;

/**
 * The CPUs of the workers: those that were named, or as many as were asked for.
 * @throws UsageError, HostError
 */
export function resolveCpus(
  { cpus, workers }: WorkerOptions,
  byDefault: number,
  engine: NativeEngineInfo,
  { topology, deviceNode }: { readonly topology: Topology; readonly deviceNode: number | null },
): number[] {
  const allowed = topology.cpus.map(({ cpu }) => cpu);
  if (cpus && workers !== undefined) {
    throw new UsageError('--cpus and --workers exclude each other: a list of CPUs says how many');
  }
  if (cpus) return requireList(cpus, engine, allowed);
  const wanted =
    workers === undefined
      ? Math.min(byDefault, engine.maximumWorkers, allowed.length)
      : requireWhole('--workers', workers, 1, MOST_WORKERS);
  if (wanted > engine.maximumWorkers) throw tooMany(`--workers ${wanted}`, engine);
  if (wanted > allowed.length) {
    throw new HostError(
      'NO_CPU',
      `--workers ${wanted}: each needs a CPU of its own, and this process may use ${allowed.length} (${formatCpus(allowed)})`,
    );
  }
  return pickCpus(wanted, topology, deviceNode);
}

function requireList(
  cpus: readonly number[],
  engine: NativeEngineInfo,
  allowed: readonly number[],
): number[] {
  if (cpus.length === 0) throw new UsageError('--cpus: expected at least one CPU');
  if (new Set(cpus).size !== cpus.length) {
    throw new UsageError(`--cpus ${cpus}: a CPU is named twice; each worker needs one of its own`);
  }
  if (cpus.length > engine.maximumWorkers) throw tooMany(`--cpus ${cpus}`, engine);
  requireCpus(cpus, allowed);
  return [...cpus];
}

function tooMany(what: string, { name, maximumWorkers }: NativeEngineInfo): UsageError {
  return new UsageError(`${what}: engine ${name} has ${maximumWorkers} worker at most`);
}

/**
 * CPUs near the device first, of those one of each physical core before a second thread of any, of those the highest
 * numbers: interrupts and other work tend to be on the lowest. Ascending. Pure.
 */
export function pickCpus(wanted: number, { cpus }: Topology, deviceNode: number | null): number[] {
  const isFar = ({ node }: CpuPlace) => Number(deviceNode !== null && node !== deviceNode);
  const threadsAbove = ({ cpu, core }: CpuPlace) => cpus.filter((o) => o.core === core && o.cpu > cpu).length;
  return [...cpus]
    .sort((a, b) => isFar(a) - isFar(b) || threadsAbove(a) - threadsAbove(b) || b.cpu - a.cpu)
    .slice(0, wanted)
    .map(({ cpu }) => cpu)
    .sort((a, b) => a - b);
}

/** Who decides on the transmit queue of a frame. */
export type QueueChoice = 'flow' | 'cpu' | 'plan';

/** Past the queueing discipline a packet socket goes by the CPU instead of the flow (packet_pick_tx_queue). */
export function queueChoiceOf(
  engine: NativeEngineInfo,
  options: Readonly<Record<string, OptionValue>>,
): QueueChoice {
  return engine.queueChoice === 'flow' && options['qdiscBypass'] === true ? 'cpu' : engine.queueChoice;
}

/** What each worker will use. Pure. */
export function planWorkers(
  cpus: readonly number[],
  choice: QueueChoice,
  topology: Topology,
  device: DevicePlace,
): WorkerPlan[] {
  const queues = queuesOf(cpus, choice, device);
  const placeOf = (cpu: number) => topology.cpus.find((place) => place.cpu === cpu);
  return cpus.map((cpu, i) => ({
    cpu,
    queue: queues[i] ?? null,
    numaNode: placeOf(cpu)?.node ?? null,
    sharesCoreWith: cpus.filter((other) => other !== cpu && placeOf(other)?.core === placeOf(cpu)?.core),
  }));
}

function queuesOf(
  cpus: readonly number[],
  choice: QueueChoice,
  { queues, xps }: DevicePlace,
): (number | null)[] {
  if (choice === 'plan') return ownQueues(cpus, queues, xps);
  return cpus.map((cpu) => {
    const byXps = xps.get(cpu) ?? [];
    // Of several the kernel takes one by flow.
    if (byXps.length > 0) return byXps.length === 1 ? (byXps[0] ?? null) : null;
    return choice === 'cpu' ? cpu % queues : null;
  });
}

/** One for each as long as there are any, those that XPS gives a CPU first. */
function ownQueues(cpus: readonly number[], queues: number, xps: DevicePlace['xps']): number[] {
  const taken = new Map<number, number>();
  const isFree = (queue: number) => ![...taken.values()].includes(queue);
  for (const cpu of cpus) {
    const near = xps.get(cpu)?.find(isFree);
    if (near !== undefined) taken.set(cpu, near);
  }
  const free = Array.from({ length: queues }, (_, queue) => queue).filter(isFree);
  return cpus.map((cpu, i) => taken.get(cpu) ?? free.shift() ?? i % queues);
}

/** What is unfavourable about the workers. Pure. */
export function noteWorkers(
  { name, ...way }: { readonly name: string } & Way,
  workers: readonly WorkerPlan[],
  { queues, node: deviceNode }: DevicePlace,
): string[] {
  return [
    ...noteQueues(name, workers, queues, costOf(way)),
    ...noteCores(workers),
    ...workers.flatMap(({ cpu, numaNode }) =>
      deviceNode === null || numaNode === null || numaNode === deviceNode
        ? []
        : `CPU ${cpu} is on NUMA node ${numaNode} and ${name} on node ${deviceNode}: every frame crosses between them`,
    ),
  ];
}

/** How frames get to the queues. */
interface Way {
  /** By ndo_xdp_xmit. */
  readonly byXdp: boolean;
  readonly driver: string;
}

/** The figures are of a drop device with one queue: docs/engines.md. */
function costOf({ byXdp, driver }: Way): string {
  if (byXdp) return ': the driver drops what several put into one at the same time';
  if (driver === 'veth') return ''; // it takes no lock
  return ' and wait for its lock: on one queue two workers send 1.75 Mpps together where one alone sends 4.1';
}

function noteQueues(name: string, workers: readonly WorkerPlan[], queues: number, cost: string): string[] {
  if (workers.length > queues) {
    return [
      `${workers.length} workers share the ${queues} transmit queue${queues === 1 ? '' : 's'} of ${name}${cost}`,
    ];
  }
  const used = [...new Set(workers.flatMap(({ queue }) => queue ?? []))];
  const usersOf = (queue: number) => workers.filter((worker) => worker.queue === queue);
  const shared = used.filter((queue) => usersOf(queue).length > 1);
  return shared.map(
    (queue) =>
      `the workers on CPU ${formatCpus(usersOf(queue).map(({ cpu }) => cpu))} share transmit queue ${queue} of ${name}${cost}; other --cpus have queues of their own`,
  );
}

function noteCores(workers: readonly WorkerPlan[]): string[] {
  const pairs = workers.filter(({ cpu, sharesCoreWith }) => sharesCoreWith.some((other) => other > cpu));
  return pairs.map(
    ({ cpu, sharesCoreWith }) =>
      `CPU ${formatCpus([cpu, ...sharesCoreWith].sort((a, b) => a - b))} are threads of one core: their workers get a part of it each`,
  );
}
