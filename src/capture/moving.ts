import type { IpLayout } from './layout.js';

/**
 * How addresses move on from loop to loop: each by `step`, source and destination alike, so that both directions of a
 * conversation stay one. tcpreplay's --unique-ip adds to the higher address and subtracts from the lower one, which
 * spares it the checksums, but runs into the next conversation where addresses are neighbours.
 */
export interface Movement {
  /** No flow of a loop falls on one of another loop. */
  readonly step: number;
  /** Then everything begins again. */
  readonly loops: number;
}

const SPACE = 2 ** 32;
/** 224.0.0.0 and above is not unicast. */
const UNICAST_END = 0xe0000000;

/** Only hosts move: a group, a broadcast or "no address" means something by itself. */
export function moves(bytes: Uint8Array, at: number, version: 4 | 6): boolean {
  const first = bytes[at] ?? 0;
  if (version === 4) return first > 0 && first < 224 && first !== 127;
  if (first === 0xff) return false;
  for (let i = at; i < at + 12; i++) if (bytes[i] !== 0) return true;
  return false; // ::, ::1 and the like
}

/** The last 32 bits of an address: those that move. */
export function lowBits(bytes: Uint8Array, at: number, version: 4 | 6): number {
  const i = version === 4 ? at : at + 12;
  return (
    (((bytes[i] ?? 0) << 24) |
      ((bytes[i + 1] ?? 0) << 16) |
      ((bytes[i + 2] ?? 0) << 8) |
      (bytes[i + 3] ?? 0)) >>>
    0
  );
}

interface End {
  readonly moves: boolean;
  readonly low: number;
  /** All but the bits that move. */
  readonly rest: string;
}

/** Collects the flows of a capture. Those that differ by a common distance of both addresses could meet. */
export class Flows {
  private readonly kin = new Map<string, { least: number; most: number }>();
  private highest = 0;
  private hasIpv6 = false;

  add(bytes: Uint8Array, at: number, ip: IpLayout): void {
    const src = this.end(bytes, at + ip.srcOffset, at + ip.ports, ip);
    const dst = this.end(bytes, at + ip.dstOffset, at + ip.ports + 2, ip);
    if (!src.moves && !dst.moves) return;
    // The same for both directions.
    const [a, b] = isAfter(src, dst) ? [dst, src] : [src, dst];
    const distance = b.moves ? b.low - a.low : `to ${b.low}`;
    const key = `${ip.version} ${ip.protocol} ${a.rest} ${b.rest} ${distance}`;
    const { least, most } = this.kin.get(key) ?? { least: a.low, most: a.low };
    this.kin.set(key, { least: Math.min(least, a.low), most: Math.max(most, a.low) });
  }

  private end(bytes: Uint8Array, at: number, portAt: number, ip: IpLayout): End {
    const low = lowBits(bytes, at, ip.version);
    const isMoving = moves(bytes, at, ip.version);
    if (ip.version === 6) this.hasIpv6 = true;
    else if (isMoving) this.highest = Math.max(this.highest, low);
    const port = ip.ports < 0 ? '' : ((bytes[portAt] ?? 0) << 8) | (bytes[portAt + 1] ?? 0);
    const upper =
      ip.version === 6 ? Buffer.from(bytes.buffer, bytes.byteOffset + at, 12).toString('hex') : '';
    return { moves: isMoving, low, rest: `${upper}:${port}` };
  }

  movement(): Movement {
    let step = 1;
    for (const { least, most } of this.kin.values()) step = Math.max(step, most - least + 1);
    const ipv4Loops = this.highest === 0 ? SPACE : Math.floor((UNICAST_END - 1 - this.highest) / step) + 1;
    const ipv6Loops = this.hasIpv6 ? Math.floor(SPACE / step) : SPACE;
    return { step, loops: Math.min(ipv4Loops, ipv6Loops) };
  }
}

function isAfter(a: End, b: End): boolean {
  if (a.moves !== b.moves) return b.moves;
  return a.low === b.low ? a.rest > b.rest : a.low > b.low;
}
