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
  /** So many frames the engine hands over as one packet, and so lets go together. */
  framesTogether?: number;
  /** Frames that are due within so long go together; 0 where each can go by itself. */
  callNs?: number;
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
  /** durationNs: counted from the end of the warm-up. */
  workers: { cpu: number; queue: number; durationNs: bigint | null }[];
  timetable: NativeTimetable;
  /** Frames sent for so long at first are not counted: then the sequence begins anew. 0 for none. */
  warmupNs: number;
}

/** When the frames of a run leave, in nanoseconds of schedule time, which begins with the run. */
export interface NativeTimetable {
  /** One for the program's mix, then one for each stream of program.alone. */
  lanes: NativeLane[];
  /** Schedule time per real time at the start. Infinity: nothing is paced. */
  speed: number;
  pacing: Pacing;
  late: LatePolicy;
  /** So many frames leave together, from 1: an engine's packets of several frames. Only without program.alone. */
  group: number;
}

/** How a worker waits: sleeps and then spins, only spins, only sleeps. */
export type Pacing = 'hybrid' | 'spin' | 'sleep';
/** What a worker does that is more than 1 ms behind. */
export type LatePolicy = 'catch-up' | 'skip';

/** The times of one lane's frames. Exactly one of segments, times and freeWeight says them. */
export interface NativeLane {
  /**
   * One after the other, from lane start; those from `repeatFrom` on come `repeats` times (may be Infinity); then the
   * lane ends. repeatFrom = segments.length: none is repeated. A last segment that lasts for ever has Infinity twice.
   */
  segments: NativeSegment[];
  repeatFrom: number;
  repeats: number;
  /** Gaps are drawn from an exponential distribution of the same mean; null: evenly spaced. */
  poissonSeed: bigint | null;
  /** Recorded: when each frame of a lap is due, never decreasing, from 0; then again after `lapNs`. */
  times: Float64Array | null;
  lapNs: number;
  /** From the start of the run, or from the end of the lane `after`. */
  startNs: number;
  /** Frames due later than this after the lane's start are not sent. May be Infinity. */
  durationNs: number;
  /** Number of the lane whose end starts this one; −1: the run's start does. */
  after: number;
  /** Above 0: as fast as possible, with this weight among such lanes. 0 for a lane with times. */
  freeWeight: number;
}

/** `packets` frames in `durationNs`, the rate going evenly from one to the other; 0 packets for silence. */
export interface NativeSegment {
  /** 0: all at the same moment. */
  durationNs: number;
  packets: number;
  fromPps: number;
  toPps: number;
}

export interface NativeRun {
  start(): void;
  pause(): void;
  resume(): void;
  stop(): void;
  /** Schedule time per real time from now on; Infinity: nothing is paced any more. Takes effect within a millisecond. */
  setSpeed(speed: number): void;
  /** `counterNames.length` words per worker. */
  counters(): BigUint64Array;
  /** The same as it was when each worker's warm-up ended; zeros before. */
  warmupCounters(): BigUint64Array;
  /** As streamCounters(), sent in the warm-up. */
  warmupStreamCounters(): BigUint64Array;
  /** Frames by how late they were handed to the kernel, all workers together: in each the frames below `latenessBoundsNs` of the same position. Without warm-up. */
  lateness(): BigUint64Array;
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
  /** Upper bounds of the classes of lateness(), ascending; the last one is Infinity. */
  latenessBoundsNs: Float64Array;
  engines(): NativeEngineInfo[];
  /** The first frames of one of `workers` workers, without FCS. */
  renderFrames(program: FrameProgram, worker: number, workers: number, frames: number): NativeFrame[];
  /**
   * When the first frames of one of `workers` workers are due, by what the workers go by, and their lanes. Of streams'
   * counts, `count` is the run's.
   */
  dueTimes(
    program: FrameProgram,
    timetable: NativeTimetable,
    worker: number,
    workers: number,
    count: bigint | null,
    most: number,
  ): { lanes: Uint32Array; dueNs: Float64Array };
  /**
   * A pacer asked at these moments (real nanoseconds from the start of the run, ascending): how many frames it let go
   * each time. `speeds` may change the tempo at moments of the same clock.
   */
  simulatePacer(
    program: FrameProgram,
    timetable: NativeTimetable,
    worker: number,
    workers: number,
    batch: number,
    moments: Float64Array,
    speeds: { atNs: number; speed: number }[],
  ): { released: Uint32Array; skippedNs: number };
  /** @throws NativeError: errno names, EBADMSG (no capture), EPROTONOSUPPORT (not Ethernet), EFBIG. */
  readCapture(file: string, limitFrames: number | null): NativeCapture;
  /**
   * Remembers the modes of that terminal as they are now. Should the process crash (SIGSEGV, SIGBUS, SIGILL, SIGFPE,
   * SIGABRT), `restore` is written to it and the modes are put back before it dies. Process-wide; the last call counts.
   * @throws NativeError: errno names of tcgetattr(3), ENOBUFS for more than 256 bytes.
   */
  guardTerminal(fd: number, restore: Uint8Array): void;
  /** Nothing is guarded any more. */
  releaseTerminal(): void;
  errnoName(number: number): string;
  setErrorClass(errorClass: new (code: string, message: string) => Error): void;
}
