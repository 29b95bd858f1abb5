import { ValueError } from '../compile/problems.js';
import { parseSetting } from '../compile/variation.js';
import { UsageError } from '../errors.js';
import {
  type Assignment,
  BENCHMARK_DESTINATION,
  BENCHMARK_SOURCE,
  type Sizes,
  type Stream,
  type TrafficModel,
  UNANSWERED_MAC,
  ZEROS,
} from '../model/traffic.js';
import { ipv4, ipv6, mac, uint } from '../protocols/protocol.js';
import { MAX_SIZE_BYTES, MIN_SIZE_BYTES } from '../units.js';

/** What to send, and what to change in it. A value may be a range or a prefix, as in a profile. */
export interface TrafficOptions {
  /** Default: one stream of UDP. */
  readonly traffic?: TrafficModel;
  /** On the wire, FCS included; 64 to 9022. Of every stream. Default 64. */
  readonly sizeBytes?: number;
  /** Instead of one size. */
  readonly sizes?: Sizes;
  /** Of the lowest header that has it. */
  readonly srcMac?: string;
  readonly dstMac?: string;
  /** IPv4 or IPv6. */
  readonly srcIp?: string;
  readonly dstIp?: string;
  /** UDP, TCP or SCTP. */
  readonly srcPort?: number | string;
  readonly dstPort?: number | string;
  /** Everything random follows from it; 0 to 2^53 − 1. */
  readonly seed?: number;
}

/** The interface's own addresses. */
interface Source {
  readonly mac: string;
  /** Empty when there is none. */
  readonly ipv4: string;
}

/** The traffic of a run, with what the host and the flags add to it. @throws UsageError that names the flag. */
export function resolveTraffic(options: TrafficOptions, source: Source): TrafficModel {
  const traffic = options.traffic ?? DEFAULT_TRAFFIC;
  const sizes = sizesOf(options);
  return {
    ...traffic,
    seed: seedOf(options.seed) ?? traffic.seed,
    streams: sizes ? traffic.streams.map((stream) => withSizes(stream, sizes)) : traffic.streams,
    defaults: [...(traffic.defaults ?? []), ...defaultsOf(source)],
    overrides: [...(traffic.overrides ?? []), ...overridesOf(options)],
  };
}

/** @throws UsageError */
function withSizes(stream: Stream, sizes: Sizes): Stream {
  if (stream.capture)
    throw new UsageError(`--size: the frames of the capture ${stream.capture.file} keep their sizes`);
  return { ...stream, sizes };
}

/** What is sent when no profile says otherwise: UDP to the discard port (RFC 863) of a benchmark network. */
const DEFAULT_TRAFFIC: TrafficModel = {
  seed: 1,
  order: 'smooth',
  streams: [
    {
      name: 'udp',
      weight: 1,
      count: null,
      sizes: { order: 'smooth', list: [{ sizeBytes: MIN_SIZE_BYTES, weight: 1 }] },
      headers: [
        { protocol: 'ethernet', fields: { dst: UNANSWERED_MAC } },
        { protocol: 'ipv4', fields: { dst: BENCHMARK_DESTINATION } },
        { protocol: 'udp', fields: {} },
      ],
      payload: ZEROS,
      flows: null,
    },
  ],
};

function defaultsOf({ mac: address, ipv4: own }: Source): Assignment[] {
  const origin = 'the interface';
  return [
    { protocols: ['ethernet'], field: 'src', value: address, origin },
    { protocols: ['ipv4'], field: 'src', value: own || BENCHMARK_SOURCE, origin },
  ];
}

const PORTS = ['udp', 'tcp', 'sctp'];
const PORT = uint('port', 16);
const ADDRESS = { ipv4: ipv4('address'), ipv6: ipv6('address') };

function overridesOf(options: TrafficOptions): Assignment[] {
  const { srcMac, dstMac, srcIp, dstIp, srcPort, dstPort } = options;
  return [
    ...assignment('--src-mac', ['ethernet'], mac('src'), srcMac),
    ...assignment('--dst-mac', ['ethernet'], mac('dst'), dstMac),
    ...address('--src-ip', 'src', srcIp),
    ...address('--dst-ip', 'dst', dstIp),
    ...assignment('--src-port', PORTS, { ...PORT, name: 'srcPort' }, srcPort),
    ...assignment('--dst-port', PORTS, { ...PORT, name: 'dstPort' }, dstPort),
  ];
}

function address(flag: string, name: string, value: string | undefined): Assignment[] {
  const version = value?.includes(':') && !value.startsWith('random:') ? 'ipv6' : 'ipv4';
  return assignment(flag, [version], { ...ADDRESS[version], name }, value);
}

/** The compiler would refuse a wrong value too, but name the header's field; here the flag can be named. */
function assignment(
  origin: string,
  protocols: readonly string[],
  field: Parameters<typeof parseSetting>[0],
  value: string | number | undefined,
): Assignment[] {
  if (value === undefined) return [];
  try {
    parseSetting(field, value);
  } catch (error) {
    if (error instanceof ValueError) throw new UsageError(`${origin} ${withValue(error.message, value)}`);
    throw error;
  }
  return [{ protocols, field: field.name, value, origin }];
}

/** Not every message begins with what was written. */
function withValue(message: string, value: string | number): string {
  return message.startsWith(`${value}: `) ? message : `${value}: ${message}`;
}

function sizesOf({ sizes, sizeBytes }: TrafficOptions): Sizes | undefined {
  if (sizeBytes === undefined) return sizes;
  if (Number.isInteger(sizeBytes) && sizeBytes >= MIN_SIZE_BYTES && sizeBytes <= MAX_SIZE_BYTES) {
    return { order: 'smooth', list: [{ sizeBytes, weight: 1 }] };
  }
  throw new UsageError(
    `--size ${sizeBytes}: expected a whole number from ${MIN_SIZE_BYTES} to ${MAX_SIZE_BYTES}`,
  );
}

function seedOf(seed: number | undefined): number | undefined {
  if (seed === undefined || (Number.isSafeInteger(seed) && seed >= 0)) return seed;
  throw new UsageError(`--seed ${seed}: expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`);
}
