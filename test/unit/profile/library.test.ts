import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { test } from 'node:test';
import { loadAllProtocols } from '#src/compile/catalogue.js';
import { compile } from '#src/compile/compile.js';
import { listProfiles } from '#src/profile/library.js';
import { parsePacket } from '#src/profile/packet.js';
import { readProfiles, readProfileText } from '#src/profile/read.js';
import { profileJsonSchema } from '#src/profile/schema.js';

const SCHEMA = new URL('../../../../../profiles/profile.schema.json', import.meta.url);

test('the committed schema is the one that the code makes (PKTGEN_UPDATE=1 writes it, npm run format lays it out)', async () => {
  const made = await profileJsonSchema();
  if (process.env['PKTGEN_UPDATE']) writeFileSync(SCHEMA, JSON.stringify(made));
  assert.deepEqual(JSON.parse(readFileSync(SCHEMA, 'utf8')), JSON.parse(JSON.stringify(made)));
});

test('the schema knows every protocol and its fields, each with a description', async () => {
  const { $defs } = (await profileJsonSchema()) as {
    $defs: Record<string, { properties?: Record<string, object> }>;
  };
  for (const [name, { fields }] of await loadAllProtocols()) {
    const properties = $defs[name]?.properties ?? {};
    assert.deepEqual(
      Object.keys(properties),
      fields.map((field) => field.name),
    );
    assert.ok(Object.values(properties).every((property) => 'description' in property));
  }
});

test('the examples of the manual are right, and it names all shipped profiles', async () => {
  const manual = readFileSync(new URL('../../../../../docs/profiles.md', import.meta.url), 'utf8');
  const examples = [...manual.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = '']) => text);
  for (const text of examples) {
    const whole = text.includes('streams:') ? text : `streams:\n  - ${text.replaceAll('\n', '\n    ')}`;
    assert.ok((await readProfileText(whole, 'manual.yaml')).traffic.streams.length > 0);
  }
  const packet = /^```\n(ipv4 .*)\n```/m.exec(manual)?.[1] ?? '';
  assert.equal(parsePacket(packet).headers.length, 2);
  for (const { name, description } of await listProfiles()) {
    assert.ok(manual.includes(`| \`${name}\` | ${description} |`), name);
  }
});

test('there are profiles for what people reach for', async () => {
  const names = (await listProfiles()).map(({ name }) => name);
  assert.ok(names.length >= 22);
  for (const name of ['min64', 'imix', 'rfc2544', 'ipv6', 'vxlan', 'dns', 'tcp-syn', 'million-flows']) {
    assert.ok(names.includes(name), name);
  }
});

for (const { name, description, file } of await listProfiles()) {
  test(`profile ${name} is right, says what it sends and when to use it`, async () => {
    const profile = await readProfiles([name]);
    assert.deepEqual([profile.description, profile.notes], [description, []]);
    assert.ok(description.length > 10);
    const [schema = '', ...lines] = readFileSync(file, 'utf8').split('\n');
    assert.equal(schema, '# yaml-language-server: $schema=./profile.schema.json');
    const comment = lines.findIndex((line) => !line.startsWith('# '));
    assert.ok(comment >= 2 && comment <= 4, `${comment} lines of comment`);
  });

  test(`profile ${name} becomes frames`, async () => {
    await compile((await readProfiles([name])).traffic);
  });

  test(`profile ${name} has addresses that nobody owns`, () => {
    const text = readFileSync(file, 'utf8').replace(/^#.*$/gm, '');
    // RFC 2544 appendix C.2.2 and RFC 6676; RFC 5180 section 8; locally administered or multicast.
    for (const [address] of text.matchAll(/\b\d+\.\d+\.\d+\.\d+\b/g))
      assert.match(address, /^(198\.1[89]|233\.252\.0)\./);
    for (const [address] of text.matchAll(/\b[0-9a-f]{4}:[0-9a-f:]*:[0-9a-f:]*/g))
      assert.match(address, /^2001:2:/);
    for (const [mac] of text.matchAll(/\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/g))
      assert.match(mac, /^(02:00|01:00:5e)/);
  });
}
