import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { pktgen, ROOT } from '../support/pktgen.js';
import { written } from '../support/written.js';

const SYN = '{ eth(da=02:00:00:00:00:02), ipv4(da=198.19.0.1), tcp(dp=80, syn), fill(0x42, 20) }';

describe('pktgen profile', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'pktgen-'));
  after(() => rmSync(directory, { recursive: true }));
  const fileOf = (name: string, text: string) => {
    const file = path.join(directory, name);
    writeFileSync(file, text);
    return file;
  };

  it('list names every shipped profile and says what it is', async () => {
    const { status, stdout } = await pktgen(['profile', 'list']);
    assert.equal(status, 0);
    assert.match(stdout, /^imix +the simple IMIX/m);
    const listed = JSON.parse((await pktgen(['profile', 'list', '--json'])).stdout) as unknown[];
    assert.equal(listed.length, stdout.trimEnd().split('\n').length);
  });

  it('show prints a profile as it is shipped', async () => {
    const { stdout } = await pktgen(['profile', 'show', 'imix']);
    assert.equal(stdout, readFileSync(path.join(ROOT, 'profiles/imix.yaml'), 'utf8'));
  });

  it('schema prints the committed one', async () => {
    const { stdout } = await pktgen(['profile', 'schema']);
    const committed = readFileSync(path.join(ROOT, 'profiles/profile.schema.json'), 'utf8');
    assert.deepEqual(JSON.parse(stdout), JSON.parse(committed));
  });

  it('check finds all that is wrong, with places, and sends nothing', async () => {
    const file = fileOf(
      'bad.yaml',
      'streams:\n  - share: 0\n    headers:\n      - upd: {dstPort: 99999}\n      - ipv4: {ttl: 256}\n',
    );
    const { status, stdout, stderr } = await pktgen(['profile', 'check', file]);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /bad\.yaml:2:12: streams\[0\]\.share: expected a share above 0/);
    assert.match(
      stderr,
      /bad\.yaml:4:9: streams\[0\]\.headers\[0\]\.upd: no such protocol; did you mean udp\?/,
    );
    assert.match(
      stderr,
      /bad\.yaml:5:21: streams\[0\]\.headers\[1\]\.ipv4\.ttl: 256: expected a whole number from 0 to 255/,
    );
  });

  it('check says when nothing is wrong, and knows the engines', async () => {
    const { status, stdout } = await pktgen(['profile', 'check', 'vxlan']);
    assert.equal(status, 0);
    assert.match(stdout, /^vxlan: 1 stream, .*no errors\n$/);
    const file = fileOf('engine.yaml', 'run: {engine: tx-rng}\nstreams: [{headers: [udp]}]\n');
    assert.match(
      (await pktgen(['profile', 'check', file])).stderr,
      /run\.engine: no engine 'tx-rng'; did you mean tx-ring\?/,
    );
  });

  it('preview shows the mix, the line rates and decoded frames', async () => {
    const { status, stdout } = await pktgen(['profile', 'preview', 'imix', '--frames', '1']);
    assert.equal(status, 0);
    assert.match(stdout, /^frame size +361\.83 bytes on average, 64 to 1518, FCS included$/m);
    assert.match(stdout, /^imix .* 64×7 594×4 1518$/m);
    assert.match(stdout, /^line rate at +10 Gbit\/s +3\.274 Mpps/m);
    assert.match(stdout, /^ {2}ipv4 version=4 .*ttl=64 protocol=17/m);
    const json = JSON.parse((await pktgen(['profile', 'preview', 'min64', '--json'])).stdout);
    assert.equal(Math.floor(json.lineRates[1].pps), 14_880_952);
    assert.deepEqual(json.streams[0].sizes, [{ sizeBytes: 64, weight: 1 }]);
    assert.match(json.frames[0].headers[0], /^ethernet dst=02:00:00:00:00:00/);
  });

  it('convert writes a profile of the same frames, and replaces no file', async () => {
    const config = fileOf('syn.cfg', SYN);
    const profile = path.join(directory, 'syn.yaml');
    assert.equal((await pktgen(['profile', 'convert', config, '--out', profile])).status, 0);
    assert.match(readFileSync(profile, 'utf8'), /- tcp: \{.*flags: /);
    assert.deepEqual(await written(['--profile', profile], 3), await written(['--trafgen', config], 3));
    const again = await pktgen(['profile', 'convert', config, '--out', profile]);
    assert.equal(again.status, 4);
    assert.match(again.stderr, /^pktgen: --out [^\n]*syn\.yaml: it exists already\n$/);
  });

  it('says which commands there are', async () => {
    assert.match((await pktgen(['profile', '--help'])).stdout, /pktgen profile check/);
    assert.match(
      (await pktgen(['profile'])).stderr,
      /profile: expected one of check, convert, list, preview, schema, show/,
    );
    assert.match(
      (await pktgen(['profile', 'lsit'])).stderr,
      /profile lsit: no such command; did you mean list\?/,
    );
    assert.match(
      (await pktgen(['profile', 'show'])).stderr,
      /NAME is missing: pktgen profile list names them/,
    );
  });
});
