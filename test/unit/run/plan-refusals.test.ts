import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Shape } from '#src/model/timing.js';
import { type RunOptions, resolvePlan } from '#src/run/plan.js';
import { allowedCpus, formatCpus } from '#src/system/cpus.js';
import { hostError, usageError } from '../support/errors.js';

const WEEK_NS = 604_800e9;

const toNull = (options: RunOptions) => resolvePlan({ engine: 'null', ...options });

/** The options, and what the message says about them. */
const REFUSED: readonly (readonly [RunOptions, ...string[]])[] = [
  [{ sizeBytes: 63 }, '--size 63', 'from 64 to 9022'],
  [{ sizeBytes: 9023 }, '--size 9023', 'from 64 to 9022'],
  [{ sizeBytes: 64.5 }, '--size 64.5', 'a whole number'],
  [{ sizeBytes: Number.NaN }, '--size NaN', 'from 64 to 9022'],
  [{ batch: 0 }, '--batch 0', 'from 1 to 65536'],
  [{ batch: 65537 }, '--batch 65537', 'from 1 to 65536'],
  [{ engine: 'nul' }, '--engine nul', 'did you mean null?'],
  [{ engine: 'tx_ring' }, '--engine tx_ring', 'did you mean tx-ring?'],
  [{ engine: 'sendmsg-zerocopy' }, '--engine sendmsg-zerocopy', 'there are', 'null', 'tx-ring'],
  [{ engineOptions: { ringFrames: 64 } }, '--ring-frames', 'engine null has no', 'belongs to tx-ring'],
  [{ engineOptions: { colour: 1 } }, '--colour', 'engine null has no such option'],
  [{ engine: 'tx-ring', lab: true, engineOptions: { colour: 1 } }, '--colour', 'engine tx-ring has no such'],
  [{ lab: true, iface: 'eth1' }, '--iface and --lab', 'exclude each other'],
  [{ engine: 'tx-ring' }, '--iface NAME', 'pktgen devices', '--lab'],
  [ringOf(100), '--ring-frames 100', 'a power of two', 'from 8 to 16384'],
  [ringOf(4), '--ring-frames 4', 'from 8 to 16384'],
  [ringOf(32768), '--ring-frames 32768', 'from 8 to 16384'],
  [{ srcMac: '02:00' }, '--src-mac 02:00', 'a MAC address such as 02:00:00:00:00:00'],
  [{ dstMac: 'me' }, '--dst-mac me', 'a MAC address such as 02:00:00:00:00:00'],
  [{ srcIp: '10.0.0' }, '--src-ip 10.0.0', 'an IPv4 address such as 198.18.0.1'],
  [{ dstIp: '::1' }, '--dst-ip: no stream has a header with it', 'ipv6 dst'],
  [{ dstIp: '::g' }, '--dst-ip ::g', 'an IPv6 address such as 2001:2::1'],
  [{ seed: -1 }, '--seed -1', 'from 0 to 9007199254740991'],
  [{ seed: 0.5 }, '--seed 0.5', 'a whole number'],
  [{ srcPort: -1 }, '--src-port -1', 'from 0 to 65535'],
  [{ dstPort: 65536 }, '--dst-port 65536', 'from 0 to 65535'],
  [{ countPackets: 0 }, '--count 0', 'a whole number from 1'],
  [{ countPackets: 2 ** 53 }, '--count 9007199254740992', 'to 9007199254740991'],
  [{ durationNs: 0 }, '--duration 0', 'a whole number from 1'],
  [{ durationNs: WEEK_NS + 1 }, '--duration 604800000000001', 'to 604800000000000'],
  [{ cpus: [] }, '--cpus', 'at least one CPU'],
  [{ shape: '1kpps' as unknown as Shape }, '--rate "1kpps"', "such as parseShape('1kpps') makes"],
  [{ shape: { kind: 'foo' } as unknown as Shape }, '--rate {"kind":"foo"}', 'expected a shape'],
];

function ringOf(ringFrames: number): RunOptions {
  return { engine: 'tx-ring', lab: true, engineOptions: { ringFrames } };
}

for (const [options, ...says] of REFUSED) {
  test(`${JSON.stringify(options)} is refused with: ${says.join(' … ')}`, async () => {
    await assert.rejects(toNull(options), usageError(...says));
  });
}

test('an option of no engine at all belongs to none', async () => {
  await assert.rejects(toNull({ engineOptions: { colour: 1 } }), /no such option$/);
});

test('a CPU that is not there is named, with those that are', async () => {
  const absent = Math.max(...allowedCpus()) + 1;
  await assert.rejects(
    toNull({ cpus: [absent] }),
    hostError('NO_CPU', '--cpus', `CPU ${absent}`, formatCpus(allowedCpus())),
  );
});
