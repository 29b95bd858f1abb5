import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Capture } from '../support/capture.js';
import { needsRoot, withNamespace } from '../support/namespace.js';
import { lineOf, pktgen, pktgenJson, spawnPktgen } from '../support/pktgen.js';

const CHECKSUM_GOOD = '1';

/** The 60 bytes of a 64-byte frame, written down by hand: RFC 791 and RFC 768 with both checksums worked out. */
const SMALLEST = [
  '020000000000', // destination
  '020000000001', // source
  '0800',
  '4500002e00004000', // IPv4, 46 bytes, don't fragment
  '4011ae97', // TTL 64, UDP, checksum
  'c6120001c6130001', // 198.18.0.1 → 198.19.0.1
  '00090009001a7380', // discard → discard, 26 bytes, checksum
  '00'.repeat(18),
].join('');

describe('frames on the wire, seen by libpcap at the far end', { skip: needsRoot }, () => {
  for (const size of [64, 65, 128, 1518, 9022]) {
    it(`are what was asked at ${size} bytes, with checksums that tshark confirms`, async () => {
      await withNamespace(async (namespace) => {
        namespace.addPair();
        const capture = await Capture.start(namespace.prefix, 'far0', 3);
        const args = [
          '--iface',
          'near0',
          '--engine',
          'tx-ring',
          '--size',
          String(size),
          '--count',
          '3',
          '--qdisc-bypass',
        ];
        const summary = await pktgenJson(args, namespace);
        await capture.complete();
        assert.deepEqual(capture.frames(), Array(3).fill(summary.plan.frameHex));
        const fields = ['frame.len', 'ip.len', 'udp.length', 'ip.checksum.status', 'udp.checksum.status'];
        const expected = [size - 4, size - 18, size - 38].map(String);
        assert.deepEqual(
          capture.dissect(...fields),
          Array(3).fill([...expected, CHECKSUM_GOOD, CHECKSUM_GOOD]),
        );
        capture.remove();
      });
    });
  }

  it('carry the addresses and ports of the command line', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const capture = await Capture.start(namespace.prefix, 'far0', 1);
      const fields = {
        'eth.src': ['--src-mac', '02:11:22:33:44:55'],
        'eth.dst': ['--dst-mac', '02:66:77:88:99:aa'],
        'ip.src': ['--src-ip', '198.18.4.5'],
        'ip.dst': ['--dst-ip', '198.19.6.7'],
        'udp.srcport': ['--src-port', '1'],
        'udp.dstport': ['--dst-port', '65535'],
      };
      const status = { 'ip.checksum.status': CHECKSUM_GOOD, 'udp.checksum.status': CHECKSUM_GOOD };
      await pktgen(
        ['--iface', 'near0', '--engine', 'tx-ring', '--count', '1', ...Object.values(fields).flat()],
        namespace,
      );
      await capture.complete();
      const expected = [...Object.values(fields).map(([, value]) => value), ...Object.values(status)];
      assert.deepEqual(capture.dissect(...Object.keys(fields), ...Object.keys(status)), [expected]);
      capture.remove();
    });
  });

  it('are, for the smallest one, byte for byte those of a hand-made datagram', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const capture = await Capture.start(namespace.prefix, 'far0', 1);
      await pktgen(
        ['--iface', 'near0', '--engine', 'tx-ring', '--count', '1', '--src-mac', '02:00:00:00:00:01'],
        namespace,
      );
      await capture.complete();
      assert.deepEqual(capture.frames(), [SMALLEST]);
      capture.remove();
    });
  });

  it('can be looked at in the lab by the command that pktgen prints', async () => {
    const child = spawnPktgen(['--lab', '--far-end', 'stack', '--cpus', '0', '--duration', '20s']);
    const [, nsenter = ''] = await lineOf(child, /look in +nsenter (.*) tcpdump/);
    const capture = await Capture.start(['nsenter', ...nsenter.split(' ')], 'lab1', 100);
    await capture.complete();
    child.kill('SIGINT');
    assert.deepEqual(
      capture.dissect('frame.len', 'ip.checksum.status', 'udp.checksum.status'),
      Array(100).fill(['60', CHECKSUM_GOOD, CHECKSUM_GOOD]),
    );
    capture.remove();
  });
});
