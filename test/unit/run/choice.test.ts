import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NativeEngineInfo, NativeFit } from '#src/native/index.js';
import { candidatesFor, chooseByRule, type Judged, takeOnly } from '#src/run/choice.js';
import { hostError, usageError } from '../support/errors.js';

const PLACE = { flag: '--iface eth1', name: 'eth1' };

/** An engine as it describes itself, and what it says about the target. */
function judged(name: string, fit: Partial<NativeFit> | string, capabilities = 'CAP_NET_RAW'): Judged {
  const engine: NativeEngineInfo = {
    name,
    summary: '',
    needsDevice: true,
    maximumWorkers: 64,
    defaultCount: null,
    defaultBatch: 64,
    capabilities,
    needsXdpAtFarEnd: false,
    queueChoice: 'flow',
    options: [],
  };
  const refusal = typeof fit === 'string' ? { code: fit, reason: `it says ${fit}`, help: '' } : null;
  const rank = { live: 60, xdp: 40, 'tx-ring': 30 }[name] ?? 0;
  return { engine, options: {}, fit: { refusal, facts: [], rank, ...(typeof fit === 'object' && fit) } };
}

const choose = (...engines: Judged[]) => chooseByRule(engines, PLACE);

test('the highest rank of those that can send is chosen, in any order', () => {
  const all = [judged('tx-ring', {}), judged('live', {}), judged('xdp', {})];
  for (const order of [all, all.toReversed()]) {
    const { engine, chosen, why } = choose(...order);
    assert.deepEqual([engine.name, chosen, why], ['live', 'rule', 'the fastest that can run here']);
  }
});

test('a faster one that cannot run is named with its reason', () => {
  const { engine, why } = choose(judged('live', 'EOPNOTSUPP'), judged('tx-ring', {}), judged('xdp', {}));
  assert.deepEqual([engine.name, why], ['xdp', 'live cannot run here: it says EOPNOTSUPP']);
});

test('of several faster ones each has its reason', () => {
  const { why } = choose(judged('xdp', 'EBUSY'), judged('tx-ring', {}), judged('live', 'EPERM'));
  assert.equal(why, 'live cannot run here: it says EPERM; xdp: it says EBUSY');
});

test('a slower one that cannot run does not matter', () => {
  assert.equal(choose(judged('xdp', {}), judged('tx-ring', 'EIO')).why, 'the fastest that can run here');
});

test('rank 0 is never chosen beside another, and taken without a rival', () => {
  assert.equal(choose(judged('udp', {}), judged('tx-ring', {})).engine.name, 'tx-ring');
  assert.throws(() => choose(judged('udp', {}), judged('tx-ring', 'EIO')), hostError('NO_ENGINE', 'tx-ring'));
  assert.equal(takeOnly(judged('udp', {}), PLACE, false).chosen, 'rule');
});

test('when none can run, one line says of each why', () => {
  assert.throws(
    () => choose(judged('live', 'EOPNOTSUPP'), judged('tx-ring', 'NOT_ETHERNET')),
    hostError(
      'NO_ENGINE',
      '--iface eth1: no engine can run there',
      'live: it says EOPNOTSUPP; tx-ring: it says NOT_ETHERNET',
    ),
  );
});

test('when a capability would help, the one that is easiest to give is asked for', () => {
  const refused = () =>
    choose(
      judged('live', 'EPERM', 'CAP_BPF,CAP_NET_ADMIN'),
      judged('tx-ring', 'EPERM'),
      judged('xdp', 'EIO'),
    );
  assert.throws(refused, (error: { exitCode?: number; message?: string }) => {
    assert.equal(error.exitCode, 3);
    assert.match(error.message ?? '', /^sending on eth1 needs CAP_NET_RAW: run it with sudo/);
    return true;
  });
});

test('an engine that is named is taken or refused, whatever its rank', () => {
  const asked = takeOnly(judged('udp', {}), PLACE, true);
  assert.deepEqual([asked.chosen, asked.why], ['asked', '']);
  assert.throws(
    () => takeOnly(judged('live', 'EOPNOTSUPP'), PLACE, true),
    hostError('EOPNOTSUPP', '--iface eth1: engine live cannot run there: it says EOPNOTSUPP'),
  );
});

const namesFor = (given: Record<string, string | number | boolean>) =>
  candidatesFor('auto', given).map(({ engine }) => engine.name);

test('auto considers every engine that sends somewhere, and none that needs more than was said', () => {
  const names = namesFor({});
  assert.ok(names.includes('tx-ring'));
  assert.ok(!names.includes('null') && !names.includes('pcap'));
});

test('options restrict auto to the engines that have them', () => {
  assert.ok(namesFor({ qdiscBypass: true }).includes('tx-ring'));
  assert.ok(!namesFor({ qdiscBypass: true }).includes('live'));
  assert.deepEqual(namesFor({ to: 'frames.pcap' }), ['pcap']);
  for (const [given, ...says] of [
    [{ colour: 1 }, '--colour: no engine has such an option'],
    [{ to: 'f', qdiscBypass: true }, 'no engine has all', '--to (pcap)', '--qdisc-bypass (packet'],
    [{ ringFrames: 100 }, '--ring-frames 100', 'a power of two'],
  ] as const) {
    assert.throws(() => namesFor(given), usageError(...says));
  }
});

test('where frames should leave one by one, the fastest of those that do so is chosen, if there is one', () => {
  const coarse = judged('live', { callNs: 20_000 });
  const chosen = (singly: boolean, ...others: Judged[]) => chooseByRule([coarse, ...others], PLACE, singly);
  assert.equal(chosen(false, judged('tx-ring', {})).engine.name, 'live');
  assert.equal(chosen(true).engine.name, 'live');
  const { engine, why } = chosen(true, judged('tx-ring', {}), judged('xdp', {}));
  assert.deepEqual(
    [engine.name, why],
    ['xdp', 'live is faster, but a call takes it 20 µs: gaps are less even'],
  );
});
