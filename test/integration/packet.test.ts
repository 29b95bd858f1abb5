import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Capture } from '../support/capture.js';
import { runWithHarm } from '../support/harm.js';
import { checkMix, mixOf, shortMix } from '../support/mix.js';
import { needsRoot, withNamespace } from '../support/namespace.js';
import { pktgenJson } from '../support/pktgen.js';

const ENGINE = ['--engine', 'packet'];

describe('engine packet', () => {
  for (const [how, flags] of [
    ['through the queueing discipline', []],
    ['past it', ['--qdisc-bypass']],
    ['one frame a call', ['--batch', '1', '--qdisc-bypass']],
    ['with a batch that does not divide its places', ['--batch', '48']],
    ['with a batch longer than one call may have', ['--batch', '5000']],
    ['with the longest frames', ['--size', '9022']],
  ] as const) {
    it(`counts exactly with two workers, ${how}`, async () => {
      const summary = await pktgenJson([...ENGINE, '--lab', '--count', '20011', ...flags]);
      assert.equal(summary.status, 0, JSON.stringify(summary.findings));
      assert.equal(summary.workers.length, 2);
      assert.equal(summary.total.packets, 20_011);
      assert.equal(summary.device?.txPackets, 20_011);
      assert.equal(summary.farEnd?.rxPackets, 20_011);
    });
  }

  it('says so when workers have to share a queue', { skip: needsRoot }, async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair('near0', 'far0', 1);
      const args = [...ENGINE, '--iface', 'near0', '--cpus', '0,1', '--count', '1001'];
      const summary = await pktgenJson(args, namespace);
      assert.equal(summary.total.packets, 1001);
      assert.match(summary.plan.notes.join(), /2 workers share the 1 transmit queue of near0/);
    });
  });

  it('makes one system call a batch, and one a frame with a batch of 1', async () => {
    for (const [batch, calls] of [
      ['32', 200],
      ['1', 6400],
    ] as const) {
      const args = [...ENGINE, '--lab-sink', '--cpus', '0', '--count', '6400', '--batch', batch];
      const summary = await pktgenJson(args);
      assert.equal(summary.total.syscalls, calls);
    }
  });
});

describe('engine packet on the wire', { skip: needsRoot }, () => {
  for (const workers of [1, 2]) {
    for (const qdiscBypass of [false, true]) {
      const how = `${workers} worker${workers > 1 ? 's' : ''}, ${qdiscBypass ? 'past' : 'through'} the qdisc`;
      const options = { engine: 'packet', engineOptions: { qdiscBypass } };
      it(`a varied mix is what was compiled: ${how}`, () => checkMix(mixOf(), workers, options));
      it(`a short lap is what was compiled: ${how}`, () => checkMix(shortMix(), workers, options));
    }
  }
  it('a varied mix sent one by one is what was compiled', () =>
    checkMix(mixOf({ order: 'random' }), 1, { engine: 'packet', batch: 1 }));

  // The flow dissector is skipped only where nobody looks at the protocol: an observer sees the real one.
  it('the protocol that a capture of leaving frames sees is the frame’s own', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const capture = await Capture.start(namespace.prefix, 'near0', 2);
      const summary = await pktgenJson([...ENGINE, '--iface', 'near0', '--count', '2'], namespace);
      await capture.complete();
      assert.deepEqual(capture.frames(), Array(2).fill(summary.plan.frameHex));
      assert.deepEqual(capture.dissect('udp.dstport'), [['9'], ['9']]);
      capture.remove();
    });
  });
});

describe('engine packet during a run', { skip: needsRoot }, () => {
  for (const flags of [[], ['--qdisc-bypass']]) {
    const how = flags.length > 0 ? 'past the qdisc' : 'through the qdisc';
    for (const [fault, harm, finding] of [
      ['the interface goes down', ['link', 'set', 'near0', 'down'], /near0 went down during the run/],
      ['the interface is removed', ['link', 'del', 'near0'], /near0 disappeared during the run/],
      ['the carrier is lost', ['link', 'set', 'far0', 'down'], /near0 has no carrier/],
    ] as const) {
      it(`${fault}, ${how}: named, exit code 1`, async () => {
        await withNamespace(async (namespace) => {
          namespace.addPair();
          const summary = await runWithHarm(namespace, [...ENGINE, ...flags], () => namespace.ip(...harm));
          assert.match(summary.findings[0]?.message ?? '', finding);
        });
      });
    }
  }

  it('the MTU is lowered: the first frame that no longer fits ends the run, and was never counted', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      // 60 bytes still fit, 1514 do not: refused in the middle of a batch.
      const flags = [...ENGINE, '--size', '64,64,1518'];
      const harm = () => namespace.ip('link', 'set', 'near0', 'mtu', '1400');
      const summary = await runWithHarm(namespace, flags, harm);
      assert.match(summary.findings[0]?.message ?? '', /MTU of near0 was lowered to 1400/);
      assert.equal(summary.workers[0]?.endError, 'EMSGSIZE');
      assert.equal(summary.total.errors['EMSGSIZE'], 1);
      assert.equal(summary.total.packets, namespace.received('far0'));
      assert.equal(summary.total.bytes - 4 * summary.total.packets, namespace.receivedBytes('far0'));
    });
  });

  it('a queue that is full is back-pressure: no frame is lost or counted twice', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      namespace.shape('near0', '10mbit');
      const args = [...ENGINE, '--iface', 'near0', '--cpus', '0', '--duration', '1s'];
      const summary = await pktgenJson(args, namespace);
      assert.ok(summary.total.busy > 0);
      assert.ok((summary.total.errors['ENOBUFS'] ?? 0) > 0, JSON.stringify(summary.total.errors));
      const waiting = summary.total.packets - namespace.received('far0');
      assert.ok(waiting >= 0 && waiting <= 512, `${waiting}: only what is still queued there`);
    });
  });

  it('without a carrier, through the qdisc, success is reported: the device’s drops show it', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      namespace.ip('link', 'set', 'far0', 'down');
      const args = [...ENGINE, '--iface', 'near0', '--cpus', '0', '--count', '1000'];
      const summary = await pktgenJson(args, namespace);
      assert.equal(summary.total.packets, 1000, 'what the kernel said');
      assert.equal(summary.device?.txDropped, 1000);
      assert.equal(summary.status, 1);
      const codes = summary.findings.map(({ code }) => code);
      assert.ok(codes.includes('no-carrier') || codes.includes('device-disagrees'), codes.join());
    });
  });
});
