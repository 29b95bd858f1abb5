import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Why tests that make network namespaces by name cannot run here; false when they can. */
export const needsRoot: string | false =
  process.getuid?.() === 0 ? false : 'needs root, to make network namespaces and interfaces';

export function run(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

let made = 0;

/** A network namespace that a test made for itself, with whatever interfaces it needs. */
export class Namespace {
  readonly name = `pktgen-test-${process.pid}-${++made}`;

  constructor() {
    run('ip', 'netns', 'add', this.name);
  }

  get prefix(): string[] {
    return ['ip', 'netns', 'exec', this.name];
  }

  ip(...args: readonly string[]): string {
    return run('ip', '-n', this.name, ...args);
  }

  tc(...args: readonly string[]): string {
    return run('tc', '-n', this.name, ...args);
  }

  /** A token bucket on an interface, with a short queue: what it cannot pass on is back-pressure. */
  shape(name: string, rate: string, burst = '10kb'): void {
    this.tc('qdisc', 'add', 'dev', name, 'root', 'tbf', 'rate', rate, 'burst', burst, 'limit', '20kb');
  }

  /** Two linked interfaces, both up, on which the kernel sends nothing of its own. */
  addPair(near = 'near0', far = 'far0', queues = 2, mtu = 9100): void {
    const shape = ['mtu', String(mtu), 'numtxqueues', String(queues), 'numrxqueues', String(queues)];
    this.ip('link', 'add', near, ...shape, 'type', 'veth', 'peer', 'name', far, ...shape);
    // In this order: the kernel would apply "up" before "addrgenmode" of the same command.
    for (const name of [near, far]) this.ip('link', 'set', name, 'addrgenmode', 'none');
    for (const name of [near, far]) this.ip('link', 'set', name, 'up');
  }

  /** Frames received, by /proc/net/dev: the kernel's own file and not our code. */
  received(name: string): number {
    return this.counters(name)[1] ?? Number.NaN;
  }

  /** Bytes received, without FCS. */
  receivedBytes(name: string): number {
    return this.counters(name)[0] ?? Number.NaN;
  }

  private counters(name: string): number[] {
    const table = run(...(this.prefix as [string, ...string[]]), 'cat', '/proc/net/dev');
    const row = table.split('\n').find((line) => line.trim().startsWith(`${name}:`));
    return (row?.split(':')[1] ?? '').trim().split(/\s+/).map(Number);
  }

  /** Frames dropped instead of sent. */
  txDropped(name: string): number {
    return this.counters(name)[11] ?? Number.NaN;
  }

  /** Runs a program inside and returns what it prints. */
  run(program: string, ...args: readonly string[]): string {
    return run(...(this.prefix as [string, ...string[]]), program, ...args);
  }

  remove(): void {
    run('ip', 'netns', 'del', this.name);
  }
}

/** Runs `body` in a namespace of its own, which is gone afterwards whatever happens. */
export async function withNamespace(body: (namespace: Namespace) => Promise<void>): Promise<void> {
  const namespace = new Namespace();
  try {
    await body(namespace);
  } finally {
    namespace.remove();
  }
}

/** What this host looks like from outside: if a test leaves anything behind, this differs. */
export function hostState(): string {
  const links = run('ip', '-o', 'link').replace(/ (?:qlen|state) \S+/g, '');
  return `${links}\n${run('ip', 'netns', 'list')}\n${readFileSync('/proc/net/packet', 'utf8').split('\n').length}`;
}
