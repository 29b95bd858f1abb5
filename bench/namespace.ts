// The network namespace of a bench. Everything a bench sends stays in it, and it goes when the bench ends.
import { HostError, messageOf } from '#src/errors.js';
import { run } from '../test/support/namespace.js';
import { Dropper } from './dropper.js';

/** Somewhere to send to, and where its frames are counted and seen. */
export interface Device {
  readonly name: string;
  readonly label: string;
  /** The interface whose counters are read, and which of them: an ifb counts what it is sent as received. */
  readonly countedAt: string;
  readonly counter: 'rx' | 'tx';
  /**
   * A veth counts what its XDP program is given: of a packet that came as socket buffer without the Ethernet header, of a
   * live frame with it.
   */
  readonly countsByXdp: boolean;
  /** The interface at which a capture sees the frames. */
  readonly seenAt: string;
  /** Packet sockets see arriving frames always, leaving ones only when they pass the queueing discipline. */
  readonly sees: 'everything' | 'queued' | 'nothing';
}

/**
 * veth and ifb claim to cut large packets and to finish checksums themselves, and then hand packets on as they are. With
 * these off, the kernel does both before, and every frame is one that could go out on a wire.
 */
const PROMISES = ['tx-udp-segmentation', 'tx-checksum-ip-generic'];

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const ENDED_BY_SIGNAL = 130;
const QUEUES = 2;
/** Those of the frames that pktgen sends by default (RFC 2544), so that a UDP socket can send the same. */
const SOURCE = '198.18.0.1/15';
const DESTINATION = '198.19.0.1';
const NOBODYS_MAC = '02:00:00:00:00:00';

export class Namespace {
  readonly name = `pktgen-bench-${process.pid}`;
  private readonly droppers: Dropper[] = [];

  constructor() {
    try {
      run('ip', 'netns', 'add', this.name);
    } catch (error) {
      throw new HostError('NO_NETNS', `this host makes no network namespace: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  /** What a command line is put behind to run inside. */
  get prefix(): string[] {
    return ['ip', 'netns', 'exec', this.name];
  }

  /** A device that drops every frame at once: what is left is the way there. */
  addDrop(): Device {
    const kind = this.addFirst('drop0', ['ifb', 'dummy']);
    this.bringUp('drop0');
    return {
      name: 'drop0',
      label: `drop device (${kind})`,
      countedAt: 'drop0',
      counter: kind === 'ifb' ? 'rx' : 'tx',
      countsByXdp: false,
      seenAt: 'drop0',
      sees: 'queued',
    };
  }

  /** Linked interfaces of two queues, nearN and farN. Frames go to a MAC address that the far end has not. */
  addPair(number = 0): Device {
    const [near, far] = [`near${number}`, `far${number}`];
    const queues = queuesOf(QUEUES);
    this.ip('link', 'add', near, ...queues, 'type', 'veth', 'peer', 'name', far, ...queues);
    this.bringUp(near);
    this.bringUp(far);
    return {
      name: near,
      label: 'veth pair',
      countedAt: near,
      counter: 'tx',
      countsByXdp: false,
      seenAt: far,
      sees: 'everything',
    };
  }

  /** From now on an XDP program drops whatever arrives at the far end of a pair, which is where it is counted. */
  async dropAtFarEnd(pair: Device): Promise<Device> {
    this.droppers.push(await Dropper.start(this.prefix, pair.seenAt));
    return {
      ...pair,
      label: `${pair.label}, far end drops by XDP`,
      countedAt: pair.seenAt,
      counter: 'rx',
      countsByXdp: true,
      sees: 'nothing',
    };
  }

  /** With it a veth takes live frames from its peer, and hands them to whoever captures. */
  setGro(name: string, on: boolean): void {
    this.setFeature(name, 'gro', on);
  }

  /** For engines that leave something to the kernel: a device without promises, a route, a neighbour. */
  addStack({ name }: Device): void {
    for (const feature of PROMISES) this.setFeature(name, feature, false);
    this.ip('address', 'add', SOURCE, 'dev', name);
    this.ip('neighbour', 'add', DESTINATION, 'lladdr', NOBODYS_MAC, 'dev', name, 'nud', 'permanent');
  }

  private setFeature(name: string, feature: string, on: boolean): void {
    const [program = '', ...args] = [...this.prefix, 'ethtool', '-K', name, feature, on ? 'on' : 'off'];
    run(program, ...args);
  }

  private ip(...args: string[]): void {
    run('ip', '-n', this.name, ...args);
  }

  remove(): void {
    for (const dropper of this.droppers) dropper.close();
    // All of them are ours; a tool that went on would keep the namespace alive without its name.
    for (const pid of run('ip', 'netns', 'pids', this.name).split('\n').filter(Boolean)) kill(Number(pid));
    run('ip', 'netns', 'del', this.name);
  }

  private addFirst(name: string, kinds: readonly string[]): string {
    const kind = kinds.find((candidate) => this.adds(name, candidate));
    if (kind === undefined) throw new HostError('NO_DEVICE', `this kernel has none of: ${kinds.join(', ')}`);
    return kind;
  }

  private adds(name: string, kind: string): boolean {
    try {
      this.ip('link', 'add', name, ...queuesOf(QUEUES), 'type', kind);
      return true;
    } catch {
      return false; // not in this kernel
    }
  }

  private bringUp(name: string): void {
    // Without an IPv6 address the kernel sends nothing of its own. Two commands: in one, `up` comes first.
    this.ip('link', 'set', name, 'addrgenmode', 'none');
    this.ip('link', 'set', name, 'up');
  }
}

function queuesOf(count: number): string[] {
  return ['numtxqueues', `${count}`, 'numrxqueues', `${count}`];
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // ended by itself
  }
}

/** Runs `body` in a namespace that is gone afterwards, also when a signal ends the bench. */
export async function withNamespace<T>(body: (namespace: Namespace) => Promise<T>): Promise<T> {
  const namespace = new Namespace();
  const end = () => {
    namespace.remove();
    process.exit(ENDED_BY_SIGNAL);
  };
  for (const signal of SIGNALS) process.once(signal, end);
  try {
    return await body(namespace);
  } finally {
    for (const signal of SIGNALS) process.off(signal, end);
    namespace.remove();
  }
}
