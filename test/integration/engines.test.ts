import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Survey } from 'pktgen';
import { needsRoot, withNamespace } from '../support/namespace.js';
import { pktgen, type Where, WITHOUT_CAPABILITIES } from '../support/pktgen.js';

async function survey(args: readonly string[], where?: Where): Promise<Survey> {
  const { status, stdout, stderr } = await pktgen(['engines', ...args, '--json'], where);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Survey;
}

const fitOf = ({ engines }: Survey, name: string) => engines.find((engine) => engine.name === name)?.fit;

describe('pktgen engines', () => {
  it('without a target lists what there is and what each needs', async () => {
    const { target, engines, auto } = await survey([]);
    assert.deepEqual([target, auto], [null, null]);
    for (const name of ['live', 'null', 'packet', 'pcap', 'tx-ring', 'udp', 'xdp']) {
      assert.ok(
        engines.some((engine) => engine.name === name),
        name,
      );
    }
    const { stdout } = await pktgen(['engines']);
    assert.match(stdout, /^tx-ring +PACKET_TX_RING.*\n +needs CAP_NET_RAW\n +--qdisc-bypass/m);
    assert.match(stdout, /--ring-frames N .*a power of two, 8…16384 \[128\]/);
  });

  it('names the engine that auto takes in a lab', { skip: needsRoot }, async () => {
    const found = await survey(['--lab']);
    assert.equal(found.auto, 'live');
    assert.equal(fitOf(found, 'live')?.refusal, null);
    assert.ok((fitOf(found, 'live')?.rank ?? 0) > (fitOf(found, 'tx-ring')?.rank ?? 0));
    const { stdout } = await pktgen(['engines', '--lab']);
    assert.match(stdout, /^live .*\n +yes; .*auto takes it.*the far end drops the frames$/m);
    assert.match(stdout, /--engine auto takes live on lab0\n$/);
  });

  it('tells what would help, down to the command line', { skip: needsRoot }, async () => {
    const where = { prefix: WITHOUT_CAPABILITIES };
    const found = await survey(['--iface', 'lo'], where);
    assert.equal(found.auto, null);
    const { refusal } = fitOf(found, 'tx-ring') ?? {};
    assert.match(refusal?.help ?? '', /sudo setcap cap_net_raw\+ep/);
    const { stdout } = await pktgen(['engines', '--iface', 'lo'], where);
    assert.match(stdout, /^tx-ring .*\n +no: needs CAP_NET_RAW\n +would help: run it with sudo/m);
    assert.match(stdout, /no engine can run on lo\n$/);
  });

  it('says that an interface is down, and does not end with that', { skip: needsRoot }, async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      namespace.ip('link', 'set', 'near0', 'down');
      const found = await survey(['--iface', 'near0'], namespace);
      assert.equal(fitOf(found, 'tx-ring')?.refusal?.help, 'ip link set near0 up');
      assert.equal(found.auto, null);
    });
  });

  it('asks about the very frames', { skip: needsRoot }, async () => {
    const found = await survey(['--lab', '--size', '9022']);
    assert.ok(fitOf(found, 'live')?.refusal);
    assert.notEqual(found.auto, 'live');
  });

  for (const [line, status, pattern] of [
    ['--iface no-such0', 4, /--iface no-such0: no such interface/],
    ['--lab --iface lo', 2, /--iface and --lab exclude each other/],
    ['--lab --size 9', 2, /--size 9: /],
    ['--calibrate', 2, /where to\?/],
  ] as const) {
    it(`${line} → ${status}`, async () => {
      const result = await pktgen(['engines', ...line.split(' ')]);
      assert.equal(result.status, status, result.stderr);
      assert.match(result.stderr, pattern);
      assert.match(result.stderr, /^pktgen: [^\n]+\n$/);
      assert.equal(result.stdout, '');
    });
  }
});
