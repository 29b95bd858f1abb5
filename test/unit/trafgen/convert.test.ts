import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { compile } from '#src/compile/compile.js';
import type { TrafficModel } from '#src/model/traffic.js';
import { type NativeFrame, native } from '#src/native/index.js';
import { readProfileText } from '#src/profile/read.js';
import { convertToYaml } from '#src/trafgen/convert.js';
import { parseTrafgen } from '#src/trafgen/parse.js';
import { ROOT } from '../../support/pktgen.js';
import { hexOf } from '../support/frames.js';

function converted(text: string): { description: string; streams: Record<string, unknown>[] } {
  return parse(convertToYaml(parseTrafgen(text, { file: 'a.cfg' }), 'a.cfg'));
}

const MACS = { dst: '02:00:00:00:00:01', src: '02:00:00:00:00:02' };
const ETH = 'eth(da=02:00:00:00:00:01, sa=02:00:00:00:00:02)';

test('what has a name gets it, and what pktgen computes is left out', () => {
  const text = `{ ${ETH}, vlan(id=5, pcp=1), ipv4(sa=198.18.0.1, da=198.19.0.1, ttl=64, df), udp(sp=7, dp=9), "hi" }`;
  assert.deepEqual(converted(text), {
    description: 'converted from a.cfg',
    streams: [
      {
        name: 'packet1',
        headers: [
          { ethernet: MACS },
          { vlan: { pcp: 1, dei: 0, id: 5 } },
          {
            ipv4: {
              dscp: 0,
              ecn: 0,
              id: 0,
              flags: 2,
              fragmentOffset: 0,
              ttl: 64,
              src: '198.18.0.1',
              dst: '198.19.0.1',
            },
          },
          { udp: { srcPort: 7, dstPort: 9 } },
        ],
        payload: { hex: '6869' },
      },
    ],
  });
});

test('what is not as pktgen would compute it stays', () => {
  const [stream] = converted(`{ ${ETH}, ipv4(len=99, csum=1, ihl=5), udp(len=3, csum=0) }`).streams;
  const text = JSON.stringify(stream?.['headers']);
  for (const part of ['"totalLength":99', '"checksum":1', '"length":3', '"checksum":0'])
    assert.ok(text.includes(part), text);
});

test('IPv6, TCP, ARP, MPLS and echoes have their names', () => {
  const protocols = (text: string) => {
    const [stream] = converted(text).streams;
    return (stream?.['headers'] as object[] | undefined)?.flatMap(Object.keys).join(' ');
  };
  assert.equal(protocols('{ ipv6(sa=2001:2::1), tcp(syn) }'), 'ethernet ipv6 tcp');
  assert.equal(protocols('{ arp() }'), 'ethernet arp');
  assert.equal(
    protocols('{ mpls(label=16), mpls(), ipv4(), icmp4(echorequest) }'),
    'ethernet mpls mpls ipv4 icmp',
  );
  assert.equal(protocols('{ icmp6(echorequest), c32(0) }'), 'ethernet ipv6 icmpv6');
  assert.equal(protocols('{ 1, 2, 3 }'), 'raw');
  assert.equal(protocols('{ tcp(doff=6) }'), 'ethernet ipv4');
});

test('patches and checksums keep their places', () => {
  const text = '{ ipv4(id=dinc(), sa=drnd()), udp() }';
  const [stream] = parseTrafgen(text, { file: 'a.cfg' });
  const [written] = converted(text).streams;
  assert.deepEqual(written?.['patches'], stream?.patches);
  assert.deepEqual(written?.['checksums'], stream?.checksums);
});

const CONFIGS = path.join(ROOT, 'test/trafgen');
const MIN_FRAME_BYTES = 60;

/** As a device would send it: a profile's frames have the padding, trafgen's have not. */
const padded = ({ frame }: NativeFrame) => hexOf(frame).padEnd(2 * MIN_FRAME_BYTES, '0');

for (const name of readdirSync(CONFIGS).filter((file) => file.endsWith('.cfg'))) {
  test(`${name} as a profile has the same frames`, async () => {
    const streams = parseTrafgen(readFileSync(path.join(CONFIGS, name), 'utf8'), { file: name });
    const profile = await readProfileText(convertToYaml(streams, name), name);
    const frames = async (traffic: TrafficModel) => native().renderFrames(await compile(traffic), 0, 1, 12);
    const own = await frames({ seed: 1, order: 'smooth', streams });
    assert.deepEqual((await frames(profile.traffic)).map(padded), own.map(padded));
  });
}
