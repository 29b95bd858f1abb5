// Contenders on one device, turn by turn, so that whatever else happens on the machine happens to all of them.
import { messageOf } from '#src/errors.js';
import { Counters, SENDING_SECONDS } from './counters.js';
import { requireRightFrames } from './frames.js';
import type { Device, Namespace } from './namespace.js';
import { missingRow, type Row, rowOf } from './report.js';
import { planFrame } from './tools/pktgen.js';
import type { Job, Tool } from './tools/tool.js';

/** Where a section measures, and how much. */
export interface Place {
  readonly namespace: Namespace;
  readonly rounds: number;
  /** On the wire, FCS included. */
  readonly sizeBytes: number;
  /** The CPU of a single worker first. */
  readonly cpus: readonly number[];
  /** For the bench itself. */
  readonly otherCpu: number;
  /** Frames by device and traffic: a dry run each. */
  readonly plans: Map<string, string>;
  /** Called with whatever went wrong; it does not end the section. */
  readonly report: (problem: string) => void;
}

export class Contender {
  /** Why it is not measured, or not any more. */
  reason: string | null;
  readonly mpps: number[] = [];

  constructor(
    readonly tool: Tool,
    readonly workers = 1,
  ) {
    this.reason = tool.missing();
  }

  get name(): string {
    return this.workers === 1 ? this.tool.name : `${this.tool.name}, ${this.workers} workers`;
  }
}

/** Compares the frames of every contender with what they should be. Whoever fails is out, with its reason. */
export async function checkFrames(
  place: Place,
  device: Device,
  contenders: readonly Contender[],
): Promise<void> {
  for (const tool of new Set(contenders.map((contender) => contender.tool))) {
    // They do not depend on the number of workers.
    const those = contenders.filter((contender) => contender.tool === tool);
    await attempt(place, those, async () => requireRightFrames(tool, await jobOf(place, device, tool, 1)));
  }
}

/** Mpps of each contender by the device's counters, in the order of the contenders. */
export async function measureInTurn<const T extends readonly Contender[]>(
  place: Place,
  device: Device,
  contenders: T,
  rounds = place.rounds,
): Promise<{ [Index in keyof T]: Row }> {
  const counters = new Counters(place.namespace, device, place.otherCpu);
  try {
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) {
        await attempt(place, [contender], async () => {
          contender.mpps.push(await mppsOf(place, device, contender, counters));
        });
      }
    }
  } finally {
    counters.close();
  }
  return contenders.map(rowFor) as { [Index in keyof T]: Row };
}

async function mppsOf(
  place: Place,
  device: Device,
  { tool, workers }: Contender,
  counters: Counters,
): Promise<number> {
  const job = await jobOf(place, device, tool, workers);
  const rate = await counters.rateOf(() => tool.send(job, SENDING_SECONDS), job.frameHex.length / 2);
  return rate / 1e6;
}

function rowFor({ name, mpps, reason }: Contender): Row {
  return reason === null ? rowOf(name, 'Mpps', mpps) : missingRow(name, 'Mpps', reason);
}

async function attempt(
  place: Place,
  contenders: readonly Contender[],
  work: () => Promise<void>,
): Promise<void> {
  const present = contenders.filter((contender) => contender.reason === null);
  if (present.length === 0) return;
  try {
    await work();
  } catch (error) {
    for (const contender of present) contender.reason = messageOf(error);
    place.report(`${present[0]?.name}: ${messageOf(error)}`);
  }
}

async function jobOf(place: Place, device: Device, tool: Tool, workers: number): Promise<Job> {
  const { namespace, sizeBytes } = place;
  const job = { namespace, device, cpus: place.cpus.slice(0, workers), sizeBytes };
  const { traffic = [] } = tool;
  const key = [device.name, ...traffic].join(' ');
  const frameHex = place.plans.get(key) ?? (await planFrame(job, traffic));
  place.plans.set(key, frameHex);
  return { ...job, frameHex };
}
