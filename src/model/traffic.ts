import type { NativeLink } from '../native/index.js';

/** A field's value as a person writes it: "198.18.0.1", "02:00:00:00:00:00", 64. */
export type FieldText = string | number;

/** One protocol header. Fields that are not named get their default or are computed. */
export interface Header {
  readonly protocol: string;
  readonly fields: Readonly<Record<string, FieldText>>;
}

/** One kind of traffic. */
export interface Stream {
  readonly name: string;
  /** On the wire, FCS included. What the headers leave of it is payload, filled with zeros. */
  readonly sizeBytes: number;
  readonly headers: readonly Header[];
}

/** Everything that will be sent, every default resolved. Immutable and serialisable. */
export interface TrafficModel {
  readonly streams: readonly Stream[];
}

export interface UdpStreamOptions {
  readonly srcMac?: string;
  readonly dstMac?: string;
  readonly srcIp?: string;
  readonly dstIp?: string;
  readonly srcPort?: number;
  readonly dstPort?: number;
}

/** No host answers to it: locally administered, never assigned. */
export const UNANSWERED_MAC = '02:00:00:00:00:00';
/** 198.18.0.0/15 is set aside for benchmarks: RFC 2544 appendix C.2.2, RFC 6890. */
const BENCHMARK_SOURCE = '198.18.0.1';
const BENCHMARK_DESTINATION = '198.19.0.1';
/** The discard service, RFC 863. */
const DISCARD_PORT = 9;

/** The stream that is sent when no profile says otherwise: UDP from the interface's own addresses. */
export function defaultTraffic(
  sizeBytes: number,
  source: Pick<NativeLink, 'ipv4'> & { mac: string },
  options: UdpStreamOptions,
): TrafficModel {
  return {
    streams: [
      {
        name: 'udp',
        sizeBytes,
        headers: [
          {
            protocol: 'ethernet',
            fields: { dst: options.dstMac ?? UNANSWERED_MAC, src: options.srcMac ?? source.mac },
          },
          {
            protocol: 'ipv4',
            fields: {
              src: options.srcIp ?? (source.ipv4 || BENCHMARK_SOURCE),
              dst: options.dstIp ?? BENCHMARK_DESTINATION,
            },
          },
          {
            protocol: 'udp',
            fields: { srcPort: options.srcPort ?? DISCARD_PORT, dstPort: options.dstPort ?? DISCARD_PORT },
          },
        ],
      },
    ],
  };
}
