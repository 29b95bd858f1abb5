/** One header of a frame, as another program than ours reads it. */
export interface Layer {
  /** "eth", "vlan", "ipv4", "udp", …; what is not decoded any further has its number: "type 0x88b5", "protocol 132". */
  readonly protocol: string;
  /** Addresses or ports; null where there are none. */
  readonly from: string | null;
  readonly to: string | null;
  /** What else there is to say, such as "id 7"; empty for nothing. */
  readonly detail: string;
}

export interface Decoded {
  readonly layers: readonly Layer[];
  /** After the last of those headers, padding of the frame not counted. */
  readonly payloadBytes: number;
}

interface Read<Info> {
  readonly info: Info;
  /** Where the next header begins. */
  readonly offset: number;
}

interface Addresses {
  readonly srcaddr: string;
  readonly dstaddr: string;
  readonly protocol: number | undefined;
}

interface Ports {
  readonly srcport: number;
  readonly dstport: number;
}

/** The decoders of the package cap. Each reads one header, and throws where the frame ends before it. */
export interface Decoders {
  Ethernet(
    frame: Buffer,
  ): Read<{ srcmac: string; dstmac: string; type: number | undefined; vlan: { VID: number } | undefined }>;
  ARP(frame: Buffer, offset: number): Read<{ opcode: number; senderip: string; targetip: string }>;
  IPV4(frame: Buffer, offset: number): Read<Addresses & { totallen: number; fragoffset: number }>;
  IPV6(frame: Buffer, offset: number): Read<Addresses & { payloadlen: number }>;
  UDP(frame: Buffer, offset: number): Read<Ports>;
  TCP(frame: Buffer, offset: number): Read<Ports>;
}

const ETHERNET = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd };
const IP: Readonly<Record<number, 'UDP' | 'TCP'>> = { 6: 'TCP', 17: 'UDP' };
const IPV6_HEADER_BYTES = 40;
const BYTES_PER_FRAGMENT_UNIT = 8;

/** All headers that cap knows, from the first on. */
export function decodeFrame(frame: Buffer, decoders: Decoders): Decoded {
  const reading = new Reading(frame, decoders);
  try {
    reading.ethernet();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    reading.add('cut short');
  }
  return { layers: reading.layers, payloadBytes: Math.max(0, reading.end - reading.offset) };
}

class Reading {
  readonly layers: Layer[] = [];
  offset = 0;
  end: number;

  constructor(
    private readonly frame: Buffer,
    private readonly decoders: Decoders,
  ) {
    this.end = frame.length;
  }

  add(protocol: string, from: string | null = null, to: string | null = null, detail = ''): void {
    this.layers.push({ protocol, from, to, detail });
  }

  ethernet(): void {
    const { info, offset } = this.decoders.Ethernet(this.frame);
    this.offset = offset;
    this.add('eth', info.srcmac, info.dstmac);
    if (info.vlan) this.add('vlan', null, null, `id ${info.vlan.VID}`);
    if (info.type === ETHERNET.ipv4) this.ipv4();
    else if (info.type === ETHERNET.ipv6) this.ipv6();
    else if (info.type === ETHERNET.arp) this.arp();
    else if (info.type !== undefined) this.add(`type 0x${info.type.toString(16).padStart(4, '0')}`);
  }

  private arp(): void {
    const { info, offset } = this.decoders.ARP(this.frame, this.offset);
    this.offset = offset;
    this.end = offset; // what follows is padding
    this.add('arp', info.senderip, info.targetip, `operation ${info.opcode}`);
  }

  private ipv4(): void {
    const start = this.offset;
    const { info, offset } = this.decoders.IPV4(this.frame, start);
    this.offset = offset;
    this.end = Math.min(this.end, start + info.totallen);
    const at = info.fragoffset * BYTES_PER_FRAGMENT_UNIT;
    this.add('ipv4', info.srcaddr, info.dstaddr, at > 0 ? `fragment from byte ${at}` : '');
    if (at === 0) this.transport(info.protocol);
  }

  private ipv6(): void {
    const start = this.offset;
    const { info, offset } = this.decoders.IPV6(this.frame, start);
    this.offset = offset ?? start + IPV6_HEADER_BYTES; // it says none where nothing follows
    this.end = Math.min(this.end, start + IPV6_HEADER_BYTES + info.payloadlen);
    this.add('ipv6', info.srcaddr, info.dstaddr);
    this.transport(info.protocol);
  }

  private transport(protocol: number | undefined): void {
    if (protocol === undefined) return;
    const name = IP[protocol];
    if (name === undefined) {
      this.add(`protocol ${protocol}`);
      return;
    }
    const { info, offset } = this.decoders[name](this.frame, this.offset);
    this.offset = offset;
    this.add(name.toLowerCase(), String(info.srcport), String(info.dstport));
  }
}
