import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadProtocols, protocolNames } from '#src/compile/catalogue.js';
import { assign, numberOf, type StackedHeader, stackHeaders } from '#src/compile/layers.js';
import { Problems } from '#src/compile/problems.js';
import type { Assignment } from '#src/model/traffic.js';
import { headersOf, type Layers } from '../../support/compiled.js';

async function stackOf(layers: Layers, problems = new Problems()): Promise<StackedHeader[]> {
  const headers = headersOf(layers);
  const stack = stackHeaders(headers, await loadProtocols(headers), ['s'], problems);
  return stack;
}

const namesOf = (stack: readonly StackedHeader[]) => stack.map(({ protocol }) => protocol.name).join(' ');

for (const [layers, expected] of [
  [['udp'], 'ethernet ipv4 udp'],
  [['vlan', 'tcp'], 'ethernet vlan ipv4 tcp'],
  [['ipv6', 'udp'], 'ethernet ipv6 udp'],
  [['ethernet'], 'ethernet'],
  [['raw'], 'raw'],
  [['ethernet', 'raw'], 'ethernet raw'],
  [['vxlan'], 'ethernet ipv4 udp vxlan ethernet'],
  [['vxlan', 'raw'], 'ethernet ipv4 udp vxlan raw'],
  [['vxlan', 'udp'], 'ethernet ipv4 udp vxlan ethernet ipv4 udp'],
  [['ipv6', 'vxlan', 'ipv6', 'tcp'], 'ethernet ipv6 udp vxlan ethernet ipv6 tcp'],
  [['mpls', 'mpls', 'ipv4'], 'ethernet mpls mpls ipv4'],
  [['gre', 'ipv6', 'tcp'], 'ethernet ipv4 gre ipv6 tcp'],
  [['udp', 'ethernet'], 'ethernet ipv4 udp ethernet'],
  [[], ''],
] as const satisfies readonly (readonly [Layers, string])[]) {
  test(`${layers.join(' ') || 'nothing'} becomes ${expected || 'nothing'}`, async () => {
    assert.equal(namesOf(await stackOf(layers)), expected);
  });
}

test('an added header stands with the one that needed it', async () => {
  const stack = await stackOf(['ethernet', 'udp']);
  assert.deepEqual(
    stack.map(({ path }) => path.join('.')),
    ['s.headers.0.ethernet', 's.headers.1.udp', 's.headers.1.udp'],
  );
});

test('a lower header takes what an upper one suggests, unless somebody set it', async () => {
  const portOf = async (layers: Layers) =>
    (await stackOf(layers)).find(({ protocol }) => protocol.name === 'udp')?.fields['srcPort'];
  assert.equal(await portOf(['vxlan']), 49152);
  assert.equal(await portOf([['udp', { srcPort: 7 }], 'vxlan']), 7);
});

test('it is the nearest one that takes it', async () => {
  const stack = await stackOf([['udp', { dstPort: 1 }], 'ipv4', 'udp', 'vxlan']);
  const ports = stack
    .filter(({ protocol }) => protocol.name === 'udp')
    .map(({ fields }) => fields['srcPort']);
  assert.deepEqual(ports, [undefined, 49152]);
});

test('a protocol that is not there is a problem with its place and the nearest name', async () => {
  const problems = new Problems();
  await stackOf(['ethernet', 'udpp', 'protocol'], problems);
  assert.throws(
    () => problems.throwAny(),
    /s\.headers\[1\]: no protocol 'udpp'; did you mean udp\?\ns\.headers\[2\]: .*'protocol'/,
  );
});

test('every file of src/protocols but the interface is a protocol of that name', async () => {
  const names = protocolNames();
  const catalogue = await loadProtocols(names.map((protocol) => ({ protocol, fields: {} })));
  assert.deepEqual([...catalogue.keys()].toSorted(), names);
  assert.ok(!names.includes('protocol'));
  for (const [name, protocol] of catalogue) assert.equal(protocol.name, name);
});

test('defaults give way to what a header says, overrides do not; the lowest header takes them', async () => {
  const stack = await stackOf([['ipv4', { src: '10.0.0.1' }], 'ipv4', 'tcp']);
  const say = (field: string, value: string | number, protocols = ['ipv4']): Assignment => ({
    protocols,
    field,
    value,
    origin: '--test',
  });
  const defaults = [say('src', '10.0.0.2'), say('dst', '10.0.0.3')];
  const overrides = [say('src', '10.0.0.4'), say('srcPort', 5, ['udp', 'tcp']), say('src', '::1', ['ipv6'])];
  const applied = new Set<Assignment>();
  const plain = assign(stack, defaults, [], new Set());
  assert.deepEqual(plain[1]?.fields, { src: '10.0.0.1', dst: '10.0.0.3' });
  const result = assign(stack, defaults, overrides, applied);
  assert.deepEqual(
    result.map(({ fields }) => fields),
    [{}, { src: '10.0.0.4', dst: '10.0.0.3' }, {}, { srcPort: 5 }],
  );
  assert.deepEqual([...applied], [...defaults, ...overrides.slice(0, 2)]);
});

test('a number may depend on the protocol above', async () => {
  const [, vlan, ip] = await stackOf(['vlan', 'ipv4']);
  assert.ok(vlan && ip);
  assert.equal(numberOf(vlan.protocol, 'etherType', ip.protocol), 0x8100n);
  assert.equal(numberOf(vlan.protocol, 'etherType', vlan.protocol), 0x88a8n);
  assert.equal(numberOf(vlan.protocol, 'ipProtocol', undefined), undefined);
});
