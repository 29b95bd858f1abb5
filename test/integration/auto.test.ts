import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { Summary } from 'pktgen';
import { needsRoot, run, withNamespace } from '../support/namespace.js';
import {
  finished,
  lineOf,
  pktgen,
  pktgenJson,
  spawnPktgen,
  WITHOUT_CAPABILITIES,
} from '../support/pktgen.js';

const COUNT = 100_003;

function requireAll(summary: Summary): void {
  assert.deepEqual(summary.findings, []);
  assert.equal(summary.total.packets, COUNT);
  assert.equal(summary.farEnd?.rxPackets, COUNT);
}

const farEndOf = ({ plan: { target } }: Summary) => (target.kind === 'lab' ? target.farEndDoes : null);

/** One BPF program makes them all: about 140 instructions for each of these. */
function manyStreams(streams: number): string {
  const stream = (i: number) =>
    `  - {headers: [{ipv4: {dst: 10.0.${i & 255}.0/24}}, {udp: {srcPort: 1024-65535}}]}`;
  return `streams:\n${Array.from({ length: streams }, (_, i) => stream(i)).join('\n')}\n`;
}

describe('--engine auto', () => {
  it('takes live in a lab as root, and lets the far end drop', { skip: needsRoot }, async () => {
    const summary = await pktgenJson(['--lab', '--count', String(COUNT)]);
    requireAll(summary);
    const { name, chosen, why } = summary.plan.engine;
    assert.deepEqual([name, chosen, why], ['live', 'rule', 'the fastest that can run here']);
    assert.equal(farEndOf(summary), 'drop');
    assert.equal(summary.workers.length, 1);
    assert.equal(summary.farEnd?.rxOtherhostDropped, 0, 'no frame went up the stack');
  });

  it('without a capability takes the next one in a lab, and says why', { skip: needsRoot }, async () => {
    const where = { prefix: WITHOUT_CAPABILITIES };
    const summary = await pktgenJson(['--lab', '--count', String(COUNT)], where);
    requireAll(summary);
    const { name, chosen, why } = summary.plan.engine;
    assert.notEqual(name, 'live');
    assert.equal(chosen, 'rule');
    assert.match(why, /^live cannot run here: .*CAP_BPF/);
    assert.equal(farEndOf(summary), 'stack');
  });

  it('takes what can send up the stack where that is asked for', async () => {
    const summary = await pktgenJson(['--lab', '--far-end', 'stack', '--count', String(COUNT)]);
    requireAll(summary);
    assert.notEqual(summary.plan.engine.name, 'live');
    assert.equal(farEndOf(summary), 'stack');
  });

  it('takes an engine that has the options given', async () => {
    const summary = await pktgenJson(['--lab', '--qdisc-bypass', '--count', String(COUNT)]);
    requireAll(summary);
    assert.equal(summary.plan.engine.name, 'tx-ring');
    assert.equal(summary.plan.engine.options['qdiscBypass'], true);
  });

  it('takes another one for frames that the fastest cannot send', { skip: needsRoot }, async () => {
    const summary = await pktgenJson(['--lab', '--size', '9022', '--count', String(COUNT)]);
    requireAll(summary);
    assert.notEqual(summary.plan.engine.name, 'live');
    assert.match(
      summary.plan.engine.why,
      /^live cannot run here: a frame of 9018 bytes without FCS does not fit into the one page/,
    );
    assert.equal(farEndOf(summary), 'stack');
  });

  it('takes another one for traffic that the verifier of the kernel refuses', {
    skip: needsRoot,
  }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pktgen-auto-'));
    try {
      const profile = path.join(folder, 'many.yaml');
      writeFileSync(profile, manyStreams(7000));
      const summary = await pktgenJson(['--lab', '--profile', profile, '--count', String(COUNT)]);
      requireAll(summary);
      assert.notEqual(summary.plan.engine.name, 'live');
      assert.match(summary.plan.engine.why, /^live cannot run here: .* verifier \(E2BIG\)/);
      const named = await pktgen(['--lab', '--profile', profile, '--engine', 'live', '--count', '1']);
      assert.equal(named.status, 4);
      assert.match(named.stderr, /^pktgen: --lab: engine live cannot run there: .*E2BIG.*tx-ring[^\n]*\n$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('takes none that cannot send through a veth whose far end has no XDP', { skip: needsRoot }, async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const summary = await pktgenJson(['--iface', 'near0', '--count', String(COUNT)], namespace);
      assert.deepEqual(summary.findings, []);
      assert.notEqual(summary.plan.engine.name, 'live');
      assert.equal(summary.plan.engine.chosen, 'rule');
      assert.equal(namespace.received('far0'), COUNT);
    });
  });

  it('takes none that has fewer queues than workers', { skip: needsRoot }, async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair('near0', 'far0', 1);
      const args = ['--iface', 'near0', '--cpus', '0,1', '--count', String(COUNT)];
      const { plan, findings } = await pktgenJson(args, namespace);
      assert.deepEqual(findings, []);
      assert.equal(plan.engine.name, 'tx-ring');
      assert.match(
        plan.engine.why,
        /^live cannot run here: .*; xdp: .* queue of its own: there are 1, and 2 workers$/,
      );
      assert.match(plan.notes.join(), /2 workers share the 1 transmit queue of near0/);
      const asked = await pktgen([...args, '--engine', 'xdp'], namespace);
      assert.equal(asked.status, 4);
      assert.match(asked.stderr, /^pktgen: --iface near0: engine xdp cannot run there: .*; --workers 1\n$/);
    });
  });

  it('says of every engine why none can run', { skip: needsRoot }, async () => {
    await withNamespace(async (namespace) => {
      namespace.ip('tuntap', 'add', 'tun0', 'mode', 'tun');
      namespace.ip('link', 'set', 'tun0', 'up');
      const { status, stderr } = await pktgen(['--iface', 'tun0', '--count', '1'], namespace);
      assert.equal(status, 4);
      assert.match(
        stderr,
        /^pktgen: --iface tun0: no engine can run there: [^\n]*tx-ring: not an Ethernet device[^\n]*\n$/,
      );
    });
  });
});

describe('--far-end drop', { skip: needsRoot }, () => {
  it('drops for any engine, and counts', async () => {
    const args = ['--lab', '--engine', 'tx-ring', '--far-end', 'drop', '--cpus', '0', '--count', '5000'];
    const summary = await pktgenJson(args);
    assert.equal(farEndOf(summary), 'drop');
    assert.equal(summary.farEnd?.rxOtherhostDropped, 0);
    const { rxPackets = 0 } = summary.farEnd ?? {};
    const { txDropped = 0 } = summary.device ?? {};
    assert.equal(rxPackets + txDropped, 5000);
  });

  for (const engine of ['packet', 'tx-ring', 'xdp', 'udp']) {
    it(`drops jumbo frames of ${engine}, and counts`, async () => {
      const sent = ['--engine', engine, '--size', '9000', '--cpus', '0', '--count', '5000'];
      const summary = await pktgenJson(['--lab', '--far-end', 'drop', ...sent]);
      assert.equal(farEndOf(summary), 'drop');
      assert.equal(summary.farEnd?.rxOtherhostDropped, 0);
      const { rxPackets = 0 } = summary.farEnd ?? {};
      const { txDropped = 0 } = summary.device ?? {};
      assert.equal(rxPackets + txDropped, 5000);
    });
  }

  it('is looked into by the counters', async () => {
    const child = spawnPktgen(['--lab', '--far-end', 'drop', '--cpus', '0', '--duration', '20s']);
    const done = finished(child);
    const [, command = ''] = await lineOf(child, /look in +(nsenter .*)/);
    const [program = '', ...words] = command.split(' ');
    assert.match(run(program, ...words), /lab1@lab0.*[\s\S]*RX: +bytes/);
    child.kill('SIGINT');
    assert.match((await done).stdout, /far end +lab1 received [\d,]+: all arrived/);
  });

  it('is refused without the capabilities, in one line', async () => {
    const where = { prefix: WITHOUT_CAPABILITIES };
    const { status, stderr } = await pktgen(['--lab', '--far-end', 'drop', '--count', '1'], where);
    assert.equal(status, 3);
    assert.match(stderr, /^pktgen: --far-end drop needs CAP_BPF and CAP_NET_ADMIN[^\n]*--far-end stack\n$/);
  });
});
