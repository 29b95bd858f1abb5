import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engines } from '#src/run/engine-options.js';
import { resolveTarget, type TargetOptions } from '#src/run/target.js';
import { hostError, usageError } from '../support/errors.js';

function resolve(options: TargetOptions, engineName = 'tx-ring') {
  const engine = engines().find((candidate) => candidate.name === engineName);
  assert.ok(engine);
  return resolveTarget(options, [engine]);
}

test('the lab is a pair of interfaces, sent to from the near one at 10 Gbit/s', () => {
  assert.deepEqual(resolve({ lab: true }), {
    target: { kind: 'lab', name: 'lab0', farEnd: 'lab1', farEndDoes: 'stack', queues: 2 },
    source: { mac: '02:70:6b:74:00:01', ipv4: '' },
    linkSpeedMbps: 10_000,
    driver: '',
    flag: '--lab',
    device: null,
    mtuBytes: null,
    notes: [],
  });
});

test('the lab sink is one interface with an address of its own', () => {
  const { target, source, linkSpeedMbps } = resolve({ labSink: true });
  assert.deepEqual(target, { kind: 'lab-sink', name: 'sink0', queues: 2 });
  assert.equal(source.mac, '02:70:6b:74:00:03');
  assert.equal(linkSpeedMbps, 10_000);
});

test('an engine without a device has no target and no line rate', () => {
  const { target, linkSpeedMbps } = resolve({}, 'null');
  assert.deepEqual(target, { kind: 'none' });
  assert.equal(linkSpeedMbps, null);
});

test('flags that are off are not a target', () => {
  assert.deepEqual(resolve({ lab: false, labSink: false, force: true }, 'null').target, { kind: 'none' });
});

const REFUSED: readonly (readonly [string, TargetOptions, ...string[]])[] = [
  ['null', { lab: true }, '--engine null sends nothing', 'leave --lab out'],
  ['null', { labSink: true }, '--engine null sends nothing', 'leave --lab-sink out'],
  ['null', { iface: 'eth1' }, '--engine null sends nothing', 'leave --iface out'],
  ['null', { lab: true, iface: 'eth1' }, '--iface and --lab', 'exclude each other'],
  ['tx-ring', { lab: true, iface: 'eth1' }, '--iface and --lab', 'exclude each other'],
  ['tx-ring', { lab: true, labSink: true }, '--lab and --lab-sink', 'exclude each other'],
  ['tx-ring', {}, '--iface NAME', 'pktgen devices', '--lab'],
  ['tx-ring', { labSink: true, farEnd: 'drop' }, '--far-end drop', 'it goes with --lab'],
  ['tx-ring', { lab: true, farEnd: 'up' as 'drop' }, '--far-end up', 'expected drop or stack'],
];

for (const [engine, options, ...says] of REFUSED) {
  test(`engine ${engine} to ${JSON.stringify(options)} is refused with: ${says.join(' … ')}`, () => {
    assert.throws(() => resolve(options, engine), usageError(...says));
  });
}

test('an interface that is not there is named, with those that are', () => {
  assert.throws(
    () => resolve({ iface: 'no-such-device0' }),
    hostError('NO_IFACE', '--iface no-such-device0', 'no such interface', 'lo'),
  );
});
