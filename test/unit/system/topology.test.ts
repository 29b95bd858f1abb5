import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { allowedCpus } from '#src/system/cpus.js';
import { cpusOfMask, readDevicePlace, readTopology } from '#src/system/topology.js';

const root = mkdtempSync(path.join(tmpdir(), 'pktgen-sys-'));
after(() => rmSync(root, { recursive: true }));

/** Files as /sys would hold them. */
function record(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.join(root, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(root, name), `${text}\n`);
  }
}

test('cores and nodes are read as the kernel lists them; a node may have no CPU', () => {
  record({
    'cpu/cpu1/topology/thread_siblings_list': '1,3',
    'cpu/cpu2/topology/thread_siblings_list': '2',
    'cpu/cpu3/topology/thread_siblings_list': '1,3',
    'node/node0/cpulist': '0-1,3',
    'node/node1/cpulist': '2',
    'node/node2/cpulist': '',
    'node/possible': '0-2',
  });
  assert.deepEqual(readTopology([1, 2, 3, 4], root).cpus, [
    { cpu: 1, core: 1, node: 0 },
    { cpu: 2, core: 2, node: 1 },
    { cpu: 3, core: 1, node: 0 },
    { cpu: 4, core: 4, node: null },
  ]);
});

test('of this machine every CPU that we may use is there', () => {
  const topology = readTopology(allowedCpus());
  assert.deepEqual(
    topology.cpus.map(({ cpu }) => cpu),
    allowedCpus(),
  );
});

test('a device tells its node and its XPS map; one of another namespace with its name does not', () => {
  record({
    'eth1/ifindex': '7',
    'eth1/device/numa_node': '1',
    'eth1/queues/tx-0/xps_cpus': '00000000,00000003',
    'eth1/queues/tx-1/xps_cpus': '00000001,00000002',
  });
  const place = readDevicePlace({ name: 'eth1', index: 7, txQueues: 3 }, root);
  assert.deepEqual([place.queues, place.node], [3, 1]);
  assert.deepEqual(
    [...place.xps],
    [
      [0, [0]],
      [1, [0, 1]],
      [32, [1]],
    ],
  );
  const other = readDevicePlace({ name: 'eth1', index: 8, txQueues: 3 }, root);
  assert.deepEqual(other, { queues: 3, node: null, xps: new Map() });
});

test('a machine without NUMA says -1', () => {
  record({ 'eth2/ifindex': '9', 'eth2/device/numa_node': '-1' });
  assert.equal(readDevicePlace({ name: 'eth2', index: 9, txQueues: 1 }, root).node, null);
});

for (const [mask, cpus] of [
  ['', []],
  ['0', []],
  ['3', [0, 1]],
  ['80', [7]],
  ['00000001,00000000', [32]],
] as const) {
  test(`mask ${mask} is CPU ${cpus}`, () => assert.deepEqual(cpusOfMask(mask), [...cpus]));
}
