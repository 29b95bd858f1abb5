import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noteWorkers, pickCpus, planWorkers } from '#src/run/workers.js';
import type { CpuPlace, DevicePlace } from '#src/system/topology.js';

/** Two sockets of `cores` cores with two threads each; the second threads are numbered after all first ones. */
function twoSockets(cores: number): { cpus: CpuPlace[] } {
  const all = 2 * cores;
  const cpus = Array.from({ length: 2 * all }, (_, cpu) => {
    const core = cpu % all;
    return { cpu, core, node: core < cores ? 0 : 1 };
  });
  return { cpus };
}

/** One socket whose threads are numbered side by side: 0 and 1 are one core. */
function sideBySide(cores: number): { cpus: CpuPlace[] } {
  const cpus = Array.from({ length: 2 * cores }, (_, cpu) => ({ cpu, core: cpu - (cpu % 2), node: 0 }));
  return { cpus };
}

const plain = (...cpus: number[]) => ({ cpus: cpus.map((cpu) => ({ cpu, core: cpu, node: null })) });

const device = (changes: Partial<DevicePlace> = {}): DevicePlace => ({
  queues: 4,
  node: null,
  xps: new Map(),
  ...changes,
});

const XEON = twoSockets(20); // 80 CPUs; the threads of core 5 are CPU 5 and 45

for (const [what, wanted, topology, node, expected] of [
  ['one worker is on the highest CPU', 1, plain(0, 1, 5, 7), null, [7]],
  ['several in ascending order', 3, plain(0, 1, 5, 7), null, [1, 5, 7]],
  ['no more than there are', 8, plain(2, 3), null, [2, 3]],
  ['one thread of each core before a second one', 3, sideBySide(3), 0, [1, 3, 5]],
  ['second threads when the cores are used up', 4, sideBySide(3), 0, [1, 3, 4, 5]],
  ['on the node of the device', 2, XEON, 0, [58, 59]],
  ['on the node of the device, the other one', 2, XEON, 1, [78, 79]],
  ['second threads near the device before a far node', 21, XEON, 0, [19, ...range(40, 60)]],
  ['the far node when the near one is used up', 41, XEON, 0, [...range(0, 20), ...range(40, 60), 79]],
  ['without a node of the device, one core each', 40, XEON, null, range(40, 80)],
] as const) {
  test(`CPUs: ${what}`, () => assert.deepEqual(pickCpus(wanted, topology, node), [...expected]));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

const queuesOf = (...args: Parameters<typeof planWorkers>) => planWorkers(...args).map(({ queue }) => queue);

test('a queue follows from the CPU, from XPS before that, and is unknown by flow', () => {
  const cpus = [1, 4, 6];
  const topology = plain(...cpus);
  const xps = new Map([
    [4, [3]],
    [6, [0, 1]],
  ]);
  assert.deepEqual(queuesOf(cpus, 'cpu', topology, device()), [1, 0, 2]);
  assert.deepEqual(queuesOf(cpus, 'cpu', topology, device({ xps })), [1, 3, null]);
  assert.deepEqual(queuesOf(cpus, 'flow', topology, device()), [null, null, null]);
  assert.deepEqual(queuesOf(cpus, 'flow', topology, device({ xps })), [null, 3, null]);
});

test('an engine that is bound to queues gets one for each worker, near its CPU where XPS tells', () => {
  const cpus = [1, 4, 6];
  const topology = plain(...cpus);
  assert.deepEqual(queuesOf(cpus, 'plan', topology, device()), [0, 1, 2]);
  assert.deepEqual(queuesOf(cpus, 'plan', topology, device({ queues: 2 })), [0, 1, 0]);
  const xps = new Map([
    [4, [0]],
    [6, [0, 2]],
  ]);
  assert.deepEqual(queuesOf(cpus, 'plan', topology, device({ xps })), [1, 0, 2]);
});

test('workers know their node and with whom they share a core', () => {
  const workers = planWorkers([5, 45, 25], 'cpu', XEON, device({ queues: 80 }));
  assert.deepEqual(workers, [
    { cpu: 5, queue: 5, numaNode: 0, sharesCoreWith: [45] },
    { cpu: 45, queue: 45, numaNode: 0, sharesCoreWith: [5] },
    { cpu: 25, queue: 25, numaNode: 1, sharesCoreWith: [] },
  ]);
});

const notesOn = (cpus: number[], place: Partial<DevicePlace>, choice: 'cpu' | 'flow' = 'cpu') =>
  notesBy({ byXdp: false, driver: 'ixgbe' }, cpus, place, choice);

function notesBy(
  way: { byXdp: boolean; driver: string },
  cpus: number[],
  place: Partial<DevicePlace>,
  choice: 'cpu' | 'flow',
): string[] {
  return noteWorkers({ name: 'eth1', ...way }, planWorkers(cpus, choice, XEON, device(place)), device(place));
}

test('what is unfavourable is said, with the figure', () => {
  assert.deepEqual(notesOn([0, 1], { node: 0 }), []);
  const [crowd = '', ...others] = notesOn([0, 1], { queues: 1 }, 'flow');
  assert.match(crowd, /2 workers share the 1 transmit queue of eth1 .* 1\.75 Mpps together .* 4\.1$/);
  assert.deepEqual(others, []);
  const [byXdp = ''] = notesBy({ byXdp: true, driver: 'veth' }, [0, 1], { queues: 1 }, 'cpu');
  assert.match(byXdp, /2 workers share the 1 transmit queue of eth1: the driver drops /);
  const [lockless = ''] = notesBy({ byXdp: false, driver: 'veth' }, [0, 1], { queues: 1 }, 'flow');
  assert.match(lockless, /2 workers share the 1 transmit queue of eth1$/);
  assert.match(notesOn([0, 4], {})[0] ?? '', /CPU 0,4 share transmit queue 0 of eth1 .*--cpus/);
  assert.match(notesOn([5, 45], { queues: 80 })[0] ?? '', /^CPU 5,45 are threads of one core/);
  assert.equal(notesOn([5, 45], { queues: 80 }).length, 1);
  assert.deepEqual(notesOn([19, 20], { queues: 80, node: 0 }), [
    'CPU 20 is on NUMA node 1 and eth1 on node 0: every frame crosses between them',
  ]);
});
