// Tools turn by turn, so that whatever else happens on the machine happens to all of them; each turn is seen from the far end.
import { messageOf } from '#src/errors.js';
import type { Place } from '../measure.js';
import type { TableRow } from '../table.js';
import { planFrame } from '../tools/pktgen.js';
import type { Job } from '../tools/tool.js';
import { type Arrivals, Receiver } from './receiver.js';
import { type PacedTool, receiverCpu, type Sent, sendPaced, type Task } from './tools/paced.js';

/** A veth pair of its own, and the frame that everybody sends there. One worker. */
export async function jobAt(place: Place, device = place.namespace.addPair()): Promise<Job> {
  const { namespace, sizeBytes } = place;
  const planned = { namespace, sizeBytes, device, cpus: place.cpus.slice(0, 1) };
  return { ...planned, frameHex: await planFrame(planned, []) };
}

export interface Seen extends Sent {
  readonly arrivals: Arrivals;
}

/** One turn of one tool. @throws Error: the tool's complaint, frames that are not the job's, a receiver that lost some. */
export async function see(place: Place, job: Job, tool: PacedTool, task: Task): Promise<Seen> {
  const receiver = await Receiver.start(job.namespace, job.device, receiverCpu(tool, place.cpus));
  try {
    const sent = await sendPaced(tool, job, task);
    const arrivals = await receiver.stop();
    requireFrames(arrivals, job.frameHex);
    return { ...sent, arrivals };
  } finally {
    receiver.remove();
  }
}

function requireFrames({ firstFrame, lengths }: Arrivals, frameHex: string): void {
  if (lengths.length === 0) throw new Error('nothing arrived');
  if (!frameHex.startsWith(firstFrame)) throw new Error(`it sent ${firstFrame} instead of ${frameHex}`);
  const other = lengths.find((length) => length !== frameHex.length / 2);
  if (other !== undefined) throw new Error(`it sent a frame of ${other} bytes, too`);
}

export type Figures = Readonly<Record<string, number>>;

/** Who takes part: a tool, or anything else that is measured in turn. */
export type Participant = Pick<PacedTool, 'name' | 'missing'>;

/** A row for each, under its key. Who fails is out, with the reason. */
export async function inTurn<Key extends string, Each extends Participant>(
  place: Place,
  participants: Readonly<Record<Key, Each>>,
  measure: (participant: Each) => Promise<Figures>,
): Promise<Record<Key, TableRow>> {
  const keys = Object.keys(participants) as Key[];
  const contenders = keys.map((key) => new PacedContender(key, participants[key]));
  for (let round = 0; round < place.rounds; round++) {
    for (const contender of contenders) await contender.takeTurn(place, measure);
  }
  return Object.fromEntries(contenders.map(({ key, row }) => [key, row])) as Record<Key, TableRow>;
}

class PacedContender<Key extends string, Each extends Participant> {
  private readonly rounds: Figures[] = [];
  private reason: string | null;

  constructor(
    readonly key: Key,
    private readonly participant: Each,
  ) {
    this.reason = participant.missing();
  }

  async takeTurn(place: Place, measure: (participant: Each) => Promise<Figures>): Promise<void> {
    if (this.reason !== null) return;
    try {
      this.rounds.push(await measure(this.participant));
    } catch (error) {
      this.reason = messageOf(error);
      place.report(`${this.participant.name}: ${this.reason}`);
    }
  }

  get row(): TableRow {
    const { rounds, reason } = this;
    const row = { name: this.participant.name, rounds };
    return reason === null ? row : { ...row, reason };
  }
}
