// The network namespace of a bench. Everything a bench sends stays in it, and it goes when the bench ends.
import { HostError, messageOf } from '#src/errors.js';
import { run } from '../test/support/namespace.js';

/** Somewhere to send to, and where its frames are counted and seen. */
export interface Device {
  readonly name: string;
  readonly label: string;
  /** An ifb counts what it is sent as received. */
  readonly counter: 'rx' | 'tx';
  /** The interface at which a capture sees the frames. */
  readonly seenAt: string;
  /** Packet sockets see arriving frames always, leaving ones only when they pass the queueing discipline. */
  readonly seenWithBypass: boolean;
}

const QUEUES = ['numtxqueues', '2', 'numrxqueues', '2'];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const ENDED_BY_SIGNAL = 130;

export class Namespace {
  readonly name = `pktgen-bench-${process.pid}`;

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
      counter: kind === 'ifb' ? 'rx' : 'tx',
      seenAt: 'drop0',
      seenWithBypass: false,
    };
  }

  addPair(): Device {
    this.ip('link', 'add', 'near0', ...QUEUES, 'type', 'veth', 'peer', 'name', 'far0', ...QUEUES);
    this.bringUp('near0');
    this.bringUp('far0');
    return { name: 'near0', label: 'veth pair', counter: 'tx', seenAt: 'far0', seenWithBypass: true };
  }

  remove(): void {
    // All of them are ours; a tool that went on would keep the namespace alive without its name.
    for (const pid of run('ip', 'netns', 'pids', this.name).split('\n').filter(Boolean)) kill(Number(pid));
    run('ip', 'netns', 'del', this.name);
  }

  private ip(...args: string[]): void {
    run('ip', '-n', this.name, ...args);
  }

  private addFirst(name: string, kinds: readonly string[]): string {
    const kind = kinds.find((candidate) => this.adds(name, candidate));
    if (kind === undefined) throw new HostError('NO_DEVICE', `this kernel has none of: ${kinds.join(', ')}`);
    return kind;
  }

  private adds(name: string, kind: string): boolean {
    try {
      this.ip('link', 'add', name, ...QUEUES, 'type', kind);
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
