import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseCpuList } from '../units.js';

/** Which CPUs are threads of one physical core, and which are near each other. */
export interface Topology {
  readonly cpus: readonly CpuPlace[];
}

export interface CpuPlace {
  readonly cpu: number;
  /** The lowest CPU of its physical core: the same for all threads of one. */
  readonly core: number;
  /** null where the kernel knows no NUMA nodes. */
  readonly node: number | null;
}

/** What matters about a device when workers are placed. */
export interface DevicePlace {
  /** Transmit queues. */
  readonly queues: number;
  /** NUMA node of the hardware; null for a virtual one. */
  readonly node: number | null;
  /** By CPU, the queues that XPS gives its frames; empty without XPS. */
  readonly xps: ReadonlyMap<number, readonly number[]>;
}

const SYSTEM = '/sys/devices/system';
const CLASS_NET = '/sys/class/net';

/** The topology of these CPUs. Without /sys every CPU is a core of its own on no node. */
export function readTopology(cpus: readonly number[], root = SYSTEM): Topology {
  const nodes = nodesOf(root);
  return {
    cpus: cpus.map((cpu) => {
      const siblings = read(path.join(root, `cpu/cpu${cpu}/topology/thread_siblings_list`));
      return { cpu, core: Math.min(cpu, ...cpusOf(siblings)), node: nodes.get(cpu) ?? null };
    }),
  };
}

function nodesOf(root: string): Map<number, number> {
  const nodes = new Map<number, number>();
  for (const entry of list(path.join(root, 'node'))) {
    const node = /^node(\d+)$/.exec(entry)?.[1];
    if (node === undefined) continue;
    for (const cpu of cpusOf(read(path.join(root, 'node', entry, 'cpulist')))) nodes.set(cpu, Number(node));
  }
  return nodes;
}

/**
 * What /sys tells about an interface. It shows the interfaces of the namespace in which it was mounted: only one with
 * the same name and index is taken for the same.
 */
export function readDevicePlace(
  { name, index, txQueues }: { readonly name: string; readonly index: number; readonly txQueues: number },
  root = CLASS_NET,
): DevicePlace {
  const folder = path.join(root, name);
  if (Number(read(path.join(folder, 'ifindex'))) !== index) {
    return { queues: txQueues, node: null, xps: new Map() };
  }
  const node = Number(read(path.join(folder, 'device/numa_node')) ?? -1);
  return { queues: txQueues, node: node >= 0 ? node : null, xps: xpsOf(folder, txQueues) };
}

function xpsOf(folder: string, queues: number): Map<number, number[]> {
  const xps = new Map<number, number[]>();
  for (let queue = 0; queue < queues; queue++) {
    for (const cpu of cpusOfMask(read(path.join(folder, `queues/tx-${queue}/xps_cpus`)))) {
      xps.set(cpu, [...(xps.get(cpu) ?? []), queue]);
    }
  }
  return xps;
}

const BITS_PER_DIGIT = 4;

/** "00000001,00000003" → [0, 1, 32]: hexadecimal words, the highest first. */
export function cpusOfMask(mask: string | null): number[] {
  const digits = [...(mask ?? '').replaceAll(',', '')].reverse();
  return digits.flatMap((digit, i) => {
    const bits = Number.parseInt(digit, 16);
    return [0, 1, 2, 3].filter((bit) => (bits >> bit) & 1).map((bit) => BITS_PER_DIGIT * i + bit);
  });
}

function cpusOf(text: string | null): number[] {
  if (text === null || text === '') return []; // a node may have memory only
  try {
    return parseCpuList('', text);
  } catch {
    return [];
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}
