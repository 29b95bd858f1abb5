import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { replayTraffic } from '#src/capture/traffic.js';
import { compile } from '#src/compile/compile.js';
import { native } from '#src/native/index.js';
import { resolveTraffic } from '#src/run/traffic.js';
import { Files, pcapOf } from '../../support/capture-file.js';
import { compileFrame, headersOf } from '../../support/compiled.js';
import { conversations, fragments, hostless, UNCHECKED } from '../../support/conversations.js';
import { replayed, seen } from '../../support/replayed.js';

const GOOD = '1';
const NONE = '3';

describe('rewriting the addresses of a capture', () => {
  const files = new Files();
  after(() => files.remove());
  const fileOf = (frames: readonly Uint8Array[]) =>
    files.write('frames.pcap', pcapOf(frames.map((data) => ({ data }))));

  it('changes nothing unless asked', async () => {
    const frames = await conversations();
    const { frames: sent } = await replayed({ file: fileOf(frames) }, frames.length);
    assert.deepEqual(
      sent,
      frames.map((frame) => new Uint8Array(frame)),
    );
  });

  it('gives all frames the MAC addresses', async () => {
    const frames = await conversations();
    const macs = { srcMac: '02:11:11:11:11:11', dstMac: '02-22-22-22-22-22' };
    const { frames: sent } = await replayed({ file: fileOf(frames), ...macs }, frames.length);
    sent.forEach((frame, i) => {
      assert.equal(Buffer.from(frame.subarray(0, 12)).toString('hex'), '022222222222021111111111');
      assert.deepEqual(frame.subarray(12), new Uint8Array(frames[i] ?? []).subarray(12));
    });
  });

  it('maps prefixes in both versions, keeps host bits and makes every checksum right', async () => {
    const frames = await conversations();
    const rules = '10.0.0.0/8=198.18.0.0/15,2001:db8::/48=fd00:1:2:3::/64,192.0.2.0/24=203.0.113.77';
    const options = { file: fileOf(frames), srcIp: rules, dstIp: rules };
    const { frames: sent } = await replayed(options, frames.length);
    const before = seen(frames);
    const map: Record<string, string> = {
      '10.1.2.3': '198.19.2.3',
      '192.0.2.9': '203.0.113.77',
      '2001:db8::a:1': 'fd00:1:2:3::a:1',
    };
    seen(sent).forEach(({ src, dst, ports, statuses }, i) => {
      const was = before[i];
      assert.deepEqual([src, dst], [map[was?.src ?? ''] ?? was?.src, map[was?.dst ?? ''] ?? was?.dst]);
      assert.equal(ports, was?.ports);
      assert.deepEqual(statuses, was?.statuses);
      assert.ok(
        statuses.length > 0 &&
          statuses.every((status) => status === GOOD || (i === UNCHECKED && status === NONE)),
      );
    });
  });

  it('gives all of a version one address', async () => {
    const frames = await conversations();
    const options = { file: fileOf(frames), srcIp: '198.18.7.7, 2001:2::7', dstIp: '255.255.255.255' };
    const { frames: sent } = await replayed(options, frames.length);
    for (const { src, dst, statuses } of seen(sent)) {
      assert.ok(
        src === '198.18.7.7' ? dst === '255.255.255.255' : src === '2001:2::7' && dst.startsWith('2001:db8'),
      );
      assert.ok(statuses.every((status) => status === GOOD || status === NONE));
    }
  });

  it('changes the transport checksum in the first fragment only', async () => {
    const frames = await fragments();
    const options = { file: fileOf(frames), srcIp: '198.18.7.7', dstIp: '198.19.0.0/16' };
    const { frames: sent } = await replayed(options, frames.length);
    assert.deepEqual(sent[1]?.subarray(34), new Uint8Array(frames[1] ?? []).subarray(34));
    assert.deepEqual(
      seen(sent).map(({ src, dst, statuses }) => [src, dst, ...statuses]),
      [
        ['198.18.7.7', '198.19.2.9', GOOD],
        ['198.18.7.7', '198.19.2.9', GOOD, GOOD], // tshark checks the datagram once it is complete
      ],
    );
  });

  it('knows that under way to a routing header the last destination counts', async () => {
    const frame = await compileFrame(
      headersOf([
        ['ipv6', { src: '2001:db8::1', dst: '2001:db8::2' }],
        ['ipv6-routing', { segments: ['2001:db8::2', '2001:db8::3'] }],
        'udp',
      ]),
    );
    for (const [rules, counts] of [
      [{ dstIp: 'fd00::1' }, false],
      [{ srcIp: 'fd00::1' }, true],
    ] as const) {
      const { frames: sent } = await replayed({ file: fileOf([frame]), ...rules }, 1);
      const checksum = (from: Uint8Array | undefined) =>
        Buffer.from(from ?? []).readUInt16BE(14 + 40 + 40 + 6);
      assert.equal(checksum(sent[0]) !== checksum(frame), counts);
      assert.ok(!seen(sent)[0]?.statuses.includes('0'));
    }
  });

  it('leaves what has no IP header alone, and wrong checksums wrong', async () => {
    const [arp = new Uint8Array(0)] = await hostless();
    const [bad = new Uint8Array(0)] = await conversations();
    bad[24] = (bad[24] ?? 0) ^ 1;
    bad[50] = (bad[50] ?? 0) ^ 1;
    const cut = bad.slice(0, 33);
    const { frames: sent } = await replayed({ file: fileOf([arp, bad, cut]), srcIp: '1.2.3.4' }, 3);
    assert.deepEqual([sent[0], sent[2]], [new Uint8Array(arp), new Uint8Array(cut)]);
    assert.deepEqual(seen(sent.slice(1, 2))[0]?.statuses, ['0', '0']);
  });

  it('is what --src-ip and its like mean for a capture in a profile', async () => {
    const frames = await conversations();
    const traffic = replayTraffic({ file: fileOf(frames), srcIp: '1.1.1.1' });
    const source = { mac: '02:00:00:00:00:99', ipv4: '' };
    const options = { traffic, srcIp: '198.18.5.6', dstMac: '02:00:00:00:00:77' };
    const program = await compile(resolveTraffic(options, source));
    const sent = native()
      .renderFrames(program, 0, 1, 1)
      .map(({ frame }) => frame);
    const [row] = seen(sent);
    assert.deepEqual([row?.src, row?.macs], ['198.18.5.6', '02:00:00:00:00:0a 02:00:00:00:00:77']);
    await assert.rejects(
      compile(resolveTraffic({ ...options, dstPort: 5 }, source)),
      /--dst-port: no stream has/,
    );
    await assert.rejects(
      compile(resolveTraffic({ ...options, srcIp: '198.18.0.1-198.18.0.9' }, source)),
      /--src-ip: a capture takes one address, or a prefix; srcIp 198\.18\.0\.1-198\.18\.0\.9/,
    );
    assert.throws(
      () => resolveTraffic({ ...options, sizeBytes: 100 }, source),
      /--size: the frames of the capture/,
    );
  });

  it('refuses what is no address, with what would be right', async () => {
    const file = fileOf(await conversations());
    for (const [options, pattern] of [
      [{ srcMac: '02:00' }, /srcMac 02:00: expected a MAC address/],
      [{ srcIp: 'host' }, /srcIp host: expected an IPv4 address/],
      [{ dstIp: '10.0.0.0/33' }, /dstIp 10\.0\.0\.0\/33: expected a prefix length from 0 to 32/],
      [{ dstIp: '10.0.0.0/8=::1' }, /an IPv4 and an IPv6 prefix/],
      [{ dstIp: '1.1.1.1=2.2.2.2=3.3.3.3' }, /expected one =/],
      [{ dstIp: '' }, /expected an IPv4 address/],
    ] as const) {
      await assert.rejects(compile(replayTraffic({ file, ...options })), pattern);
    }
  });
});
