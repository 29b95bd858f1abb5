/** The shape of the compiled addon. Nothing outside src/native sees it. */
import type { FrameProgram } from '../compile/program.js';

interface NativeOptionBase {
  /** camelCase; the flag is the same in kebab-case. */
  name: string;
  description: string;
  /** What the help calls the value. */
  argument: string;
}

export interface NativeFlagOption extends NativeOptionBase {
  type: 'flag';
  fallback: boolean;
}

export interface NativeIntegerOption extends NativeOptionBase {
  type: 'integer';
  fallback: number;
  minimum: number;
  maximum: number;
  powerOfTwo: boolean;
}

/** Has no default: it must be given. */
export interface NativeTextOption extends NativeOptionBase {
  type: 'text';
}

export interface NativeChoiceOption extends NativeOptionBase {
  type: 'choice';
  fallback: string;
  choices: string[];
}

export type NativeEngineOption =
  | NativeFlagOption
  | NativeIntegerOption
  | NativeTextOption
  | NativeChoiceOption;

/** The value of an engine's option. */
export type OptionValue = boolean | number | string;

export interface NativeEngineInfo {
  name: string;
  summary: string;
  needsDevice: boolean;
  maximumWorkers: number;
  /** Frames, where nobody limits the run; null for no limit. */
  defaultCount: number | null;
  /** Frames per system call. */
  defaultBatch: number;
  /** What a caller needs who is not root, such as "CAP_NET_RAW". */
  capabilities: string;
  /** In a lab it can only send to a far end that has an XDP program. */
  needsXdpAtFarEnd: boolean;
  /** Who decides on the transmit queue of a frame: its addresses and ports, the CPU, or the plan. */
  queueChoice: 'flow' | 'cpu' | 'plan';
  options: NativeEngineOption[];
}

/** Since boot, by the kernel: struct rtnl_link_stats64. */
export interface NativeLinkCounters {
  rxPackets: bigint;
  rxBytes: bigint;
  rxDropped: bigint;
  rxOtherhostDropped: bigint;
  txPackets: bigint;
  txBytes: bigint;
  txDropped: bigint;
  txErrors: bigint;
}

export interface NativeLinkStatus {
  up: boolean;
  carrier: boolean;
  mtuBytes: number;
  counters: NativeLinkCounters;
}

export interface NativeLink extends NativeLinkStatus {
  index: number;
  name: string;
  /** rtnl link kind such as "veth"; empty for hardware. */
  kind: string;
  /** ethtool's driver name, else the kind, else empty. */
  driver: string;
  /** ARPHRD_*. */
  hardwareType: number;
  /** Six bytes. */
  mac: Uint8Array;
  /** Dotted; empty when there is none. */
  ipv4: string;
  /** Index of the bridge or bond that it is a port of; 0 for none. */
  master: number;
  /** Index of the interface that it stands on, as a VLAN does; 0 for none. */
  lower: number;
  txQueues: number;
  rxQueues: number;
  speedMbps: number | null;
  /** Bits of enum netdev_xdp_act; null before Linux 6.3. */
  xdpFeatures: bigint | null;
}

export interface NativeNewLink {
  name: string;
  mac: Uint8Array;
  queues: number;
  mtuBytes: number;
}

/** What an engine can do on an interface. */
export interface NativeFit {
  /** Why it cannot run; null when it can. */
  refusal: { code: string; reason: string; help: string } | null;
  /** Short phrases worth knowing, such as "zero-copy". */
  facts: string[];
  /** The highest is likely to be the fastest; 0 is never chosen unless asked for by name. */
  rank: number;
}

export interface NativeNetwork {
  links(): NativeLink[];
  link(name: string): NativeLink | null;
  status(index: number): NativeLinkStatus | null;
  createPair(near: NativeNewLink, far: NativeNewLink): void;
  createSink(sink: NativeNewLink): 'ifb' | 'dummy';
  setUp(name: string): void;
  /** Switches an offload off, by the name that `ethtool -k` shows. Nothing happens where the kernel has none of that name. */
  disableFeature(name: string, feature: string): void;
  /** Indexes of the interfaces that carry a default route. */
  defaultRoutes(): number[];
  /** From now on an XDP program drops whatever arrives at this interface; until close(). */
  dropAll(name: string): void;
  /** Whether an engine can run on an interface. Without a program: whether it can send anything at all there. */
  probe(
    engine: string,
    name: string,
    program?: FrameProgram,
    options?: Record<string, OptionValue>,
  ): NativeFit;
  /** Lets go of the namespace; afterwards every call throws EBADF. */
  close(): void;
  /** -1 for the host's own namespace. */
  readonly netFd: number;
  /** -1 unless a user namespace was needed. */
  readonly userFd: number;
}

export interface NativeRunPlan {
  engine: string;
  interface: string;
  interfaceIndex: number;
  batch: number;
  options: Record<string, OptionValue>;
  program: FrameProgram;
  /** Frames over all workers together. */
  count: bigint | null;
  workers: { cpu: number; queue: number; durationNs: bigint | null }[];
}

export interface NativeRun {
  start(): void;
  pause(): void;
  resume(): void;
  stop(): void;
  /** `counterNames.length` words per worker. */
  counters(): BigUint64Array;
  /** Packets and bytes of each stream, all workers together. */
  streamCounters(): BigUint64Array;
  /** What each worker's engine found out when it was opened, such as "zero-copy"; empty for nothing. */
  modes(): string[];
  /** Ends the workers and gives everything back; afterwards every call throws EBADF. */
  close(): void;
  readonly done: boolean;
}

export interface NativeFrame {
  /** Number of its stream. */
  stream: number;
  frame: Uint8Array;
}

/** The frames of a capture file one after the other; one element per frame in each list. */
export interface NativeCapture {
  bytes: Uint8Array;
  offsets: Uint32Array;
  /** What was captured. */
  lengths: Uint32Array;
  /** What there was, without FCS as a rule. */
  wireLengths: Uint32Array;
  /** Since 1970. */
  timesNs: BigUint64Array;
  /** As libpcap calls it; always "EN10MB". */
  linkType: string;
  /** The file ends within a record: what is before it is here. */
  truncatedFile: boolean;
}

export interface Binding {
  Network: new (isPrivate: boolean) => NativeNetwork;
  Run: new (network: NativeNetwork, plan: NativeRunPlan) => NativeRun;
  counterNames: string[];
  engines(): NativeEngineInfo[];
  /** The first frames of one of `workers` workers, without FCS. */
  renderFrames(program: FrameProgram, worker: number, workers: number, frames: number): NativeFrame[];
  /** @throws NativeError: errno names, EBADMSG (no capture), EPROTONOSUPPORT (not Ethernet), EFBIG. */
  readCapture(file: string, limitFrames: number | null): NativeCapture;
  errnoName(number: number): string;
  setErrorClass(errorClass: new (code: string, message: string) => Error): void;
}
