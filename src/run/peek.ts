import { type Peeked, type PeekOptions, peek } from '../capture/peek.js';
import { formatMac } from '../compile/fields.js';
import type { FrameProgram } from '../compile/program.js';
import { native } from '../native/index.js';
import { engineNamed } from './engine-options.js';
import type { RunPlan } from './plan.js';
import { inTurn, programOf } from './program.js';
import type { Run } from './session.js';

const MAC_BYTES = 6;
/** A frame of every stream of a usual mix, and a few values of what varies. */
const LOOK_FRAMES = 64;

/** The next frames of a run, as libpcap sees them at its device or at the far end of its lab. Never rejects. */
export async function peekRun(
  { plan, namespaces }: Pick<Run, 'plan' | 'namespaces'>,
  options: PeekOptions = {},
): Promise<Peeked> {
  const { target } = plan;
  if (target.kind === 'none') return { seen: [], at: '', note: 'this engine sends to no device' };
  if (target.kind !== 'interface' && namespaces === null) {
    return { seen: [], at: target.name, note: 'the run has ended, and its lab with it' };
  }
  const farEnd = target.kind === 'lab' ? target.farEnd : null;
  const filter = filterOf(plan, await programOf(plan.traffic));
  const where = { interface: target.name, namespaces, farEnd };
  return peek(where, { filter, blind: blindSpots(plan), ...options });
}

/**
 * Interfaces of a plan that show libpcap nothing of what is sent, and why. Packet sockets listen at the queueing discipline's
 * end (dev_queue_xmit_nit) and behind the XDP program of what arrives (netif_receive_skb).
 */
export function blindSpots({ engine, target }: Pick<RunPlan, 'engine' | 'target'>): Record<string, string> {
  if (target.kind === 'none') return {};
  const info = engineNamed(engine.name);
  const byXdp = info?.needsXdpAtFarEnd || info?.queueChoice === 'plan';
  const past = byXdp ? `engine ${engine.name}` : engine.options['qdiscBypass'] ? '--qdisc-bypass' : null;
  return {
    ...(past && { [target.name]: `${past} passes by what ${target.name} shows to packet sockets` }),
    ...(target.kind === 'lab' &&
      target.farEndDoes === 'drop' && {
        [target.farEnd]: `${target.farEnd} drops by XDP before it shows anything`,
      }),
  };
}

/** What tells our frames from others in libpcap's language; empty where they have several source addresses. */
export function filterOf({ traffic, frameHex }: RunPlan, program: FrameProgram): string {
  const source = frameHex.slice(2 * MAC_BYTES, 4 * MAC_BYTES);
  if (source.length < 2 * MAC_BYTES || traffic.streams.some(({ capture }) => capture)) return '';
  const frames = native().renderFrames(inTurn(program), 0, 1, LOOK_FRAMES + program.streams.length);
  const isOurs = (frame: Uint8Array) =>
    Buffer.from(frame.subarray(MAC_BYTES, 2 * MAC_BYTES)).toString('hex') === source;
  return frames.every(({ frame }) => isOurs(frame))
    ? `ether src ${formatMac(Buffer.from(source, 'hex'))}`
    : '';
}
