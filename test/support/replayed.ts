import { type ReplayOptions, replayTraffic } from '#src/capture/traffic.js';
import { compile } from '#src/compile/compile.js';
import type { FrameProgram } from '#src/compile/program.js';
import { interleaved } from '../unit/support/model.js';
import { dissect } from './dissect.js';

/** The program of a replay, and so many frames of it, rendered by the addon. */
export async function replayed(
  options: ReplayOptions,
  frames: number,
  workers = 1,
): Promise<{ program: FrameProgram; frames: Uint8Array[] }> {
  const program = await compile(replayTraffic(options));
  // More of each worker than its part: the parts are not all of one length.
  const inOrder = interleaved(program, workers, frames).slice(0, frames);
  if (inOrder.length < frames) throw new Error(`frame ${inOrder.length} is missing`);
  return { program, frames: inOrder.map(({ frame }) => frame) };
}

const STATUS = ['ip', 'tcp', 'udp', 'icmp', 'icmpv6'].map((protocol) => `${protocol}.checksum.status`);
const ADDRESSES = ['eth.src', 'eth.dst', 'ip.src', 'ip.dst', 'ipv6.src', 'ipv6.dst'];
const PORTS = ['tcp.srcport', 'tcp.dstport', 'udp.srcport', 'udp.dstport'];

export interface Seen {
  readonly src: string;
  readonly dst: string;
  readonly macs: string;
  readonly ports: string;
  /** By tshark: 1 good, 0 bad, 2 not verified, 3 there is none. */
  readonly statuses: readonly string[];
}

/** What tshark sees in frames: outermost addresses, ports, and whether checksums are right. */
export function seen(frames: readonly Uint8Array[]): Seen[] {
  return dissect(frames, [...ADDRESSES, ...PORTS, ...STATUS]).map((row) => {
    const first = (...names: readonly string[]) => names.map((name) => row[name]?.[0]).find(Boolean) ?? '';
    return {
      src: first('ip.src', 'ipv6.src'),
      dst: first('ip.dst', 'ipv6.dst'),
      macs: `${first('eth.src')} ${first('eth.dst')}`,
      ports: `${first('tcp.srcport', 'udp.srcport')} ${first('tcp.dstport', 'udp.dstport')}`,
      statuses: STATUS.flatMap((name) => row[name] ?? []),
    };
  });
}
