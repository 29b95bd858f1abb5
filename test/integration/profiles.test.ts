import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { listProfiles } from 'pktgen';
import { type Dissection, dissect } from '../support/dissect.js';
import { pktgenJson } from '../support/pktgen.js';
import { written } from '../support/written.js';

const FRAMES = 400;
const STATUSES = ['ip', 'udp', 'tcp', 'sctp', 'icmp', 'icmpv6', 'igmp'].map(
  (name) => `${name}.checksum.status`,
);
const FIELDS = ['_ws.malformed', 'frame.protocols', ...STATUSES];
const BAD = '0';
/** The profile whose point they are, and how many of its frames have one. */
const BAD_CHECKSUMS = { name: 'bad-checksums', frames: FRAMES / 10 };

const profiles = await listProfiles();

describe('every shipped profile', () => {
  const rows = new Map<string, Dissection[]>();

  before(async () => {
    const all: Uint8Array[] = [];
    for (const { name } of profiles) all.push(...(await written(['--profile', name], FRAMES)));
    const dissected = dissect(all, FIELDS);
    for (const [i, { name }] of profiles.entries())
      rows.set(name, dissected.slice(i * FRAMES, (i + 1) * FRAMES));
  });
  after(() => rows.clear());

  it('is one of at least twenty', () => assert.ok(profiles.length >= 20));

  for (const { name } of profiles) {
    it(`${name} makes frames that tshark understands, with right checksums`, () => {
      const frames = rows.get(name) ?? [];
      assert.equal(frames.length, FRAMES);
      const malformed = frames.filter((row) => row['_ws.malformed']?.length);
      assert.deepEqual(
        malformed.map((row) => row['frame.protocols']),
        [],
      );
      const bad = frames.filter((row) => STATUSES.some((status) => row[status]?.includes(BAD)));
      assert.equal(bad.length, name === BAD_CHECKSUMS.name ? BAD_CHECKSUMS.frames : 0);
    });

    it(`${name} arrives whole at the far end of the lab`, async () => {
      // Their rates are looked at by others: how well this machine keeps them is not the point here.
      const summary = await pktgenJson(['--lab', '--profile', name, '--count', '2000', '--top-speed']);
      assert.equal(summary.status, 0, JSON.stringify(summary.findings));
      assert.equal(summary.farEnd?.rxPackets, 2000);
      const sum = (key: 'packets' | 'bytes') => summary.streams.reduce((all, stream) => all + stream[key], 0);
      assert.equal(sum('packets'), 2000);
      // The kernel counts without FCS.
      assert.equal(summary.farEnd?.rxBytes, sum('bytes') - 4 * 2000);
    });
  }
});
