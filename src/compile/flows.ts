import type { Layer, PlacedField } from './layout.js';
import type { Operations } from './operations.js';
import { type ModelPath, type Problems, ValueError } from './problems.js';

/** The dynamic ports, 49152 to 65535 (RFC 6335 section 6): the lower 14 bits of a port vary. */
const PORT_BITS = 14;
const PORT_FIRST = 0xc000n;

/**
 * Makes exactly `flows` distinct 5-tuples, one after the other: the innermost source port runs through the dynamic
 * ports, and the source address above it moves on by one whenever they are through. Without a port, or with one that
 * somebody chose, the address alone counts. The frame must hold PORT_FIRST where the port varies: see `flowPort`.
 */
export function addFlows(
  layers: readonly Layer[],
  flows: number,
  operations: Operations,
  path: ModelPath,
  problems: Problems,
): PlacedField | undefined {
  return problems.guard(path, () => {
    refuseOtherVariations(layers);
    const port = freePort(layers);
    const address = innermost(layers, 'src', ['ipv4', 'ipv6']);
    const ports = port ? 1 << PORT_BITS : 1;
    const addresses = Math.ceil(flows / ports);
    if (!address && addresses > 1) {
      throw new ValueError(`without an IP header there are ${ports} flows at most`);
    }
    const index = operations.addIndex({ random: false, count: BigInt(flows), period: 1 });
    if (port) {
      const window = { offsetBits: port.offsetBits + 2, bits: PORT_BITS };
      operations.addField(window, { index, first: 0n, step: 1n, take: 0, values: null });
    }
    if (address && addresses > 1) addAddress(address, addresses, index, port ? PORT_BITS : 0, operations);
    return port;
  });
}

const TUPLE = ['src', 'dst', 'protocol', 'nextHeader', 'srcPort', 'dstPort'];
const TUPLE_LAYERS = ['ipv4', 'ipv6', 'udp', 'tcp', 'sctp'];

/** Any of them would make more flows than were asked for. */
function refuseOtherVariations(layers: readonly Layer[]): void {
  const inner = TUPLE_LAYERS.flatMap(
    (name) => layers.findLast(({ protocol }) => protocol.name === name) ?? [],
  );
  for (const { protocol, fields } of inner) {
    const varied = fields.find(
      ({ field, setting }) => TUPLE.includes(field.name) && setting?.kind === 'varied',
    );
    if (!varied) continue;
    throw new ValueError(
      `${protocol.name} ${varied.field.name} varies by itself, which would make other flows than the ones asked for: give it one value`,
    );
  }
}

/** Where the program writes only the lower bits of a port, the upper ones say "dynamic". */
export const FLOW_PORT_VALUE = PORT_FIRST;

const ADDRESS_BITS = 32;

function addAddress(
  address: PlacedField,
  addresses: number,
  index: number,
  take: number,
  operations: Operations,
): void {
  const { setting, field } = address;
  const start = BigInt.asUintN(ADDRESS_BITS, setting?.kind === 'constant' ? setting.value : field.fallback);
  if (start + BigInt(addresses) > 1n << BigInt(ADDRESS_BITS)) {
    throw new ValueError(`there are not ${addresses} source addresses behind the first one`);
  }
  const window = { offsetBits: address.offsetBits + address.bits - ADDRESS_BITS, bits: ADDRESS_BITS };
  operations.addField(window, { index, first: start << BigInt(take), step: 1n, take, values: null });
}

/** The innermost source port, unless somebody chose its value. */
function freePort(layers: readonly Layer[]): PlacedField | undefined {
  const port = innermost(layers, 'srcPort', ['udp', 'tcp', 'sctp']);
  return port?.setting ? undefined : port;
}

function innermost(
  layers: readonly Layer[],
  name: string,
  protocols: readonly string[],
): PlacedField | undefined {
  const layer = layers.findLast(({ protocol }) => protocols.includes(protocol.name));
  return layer?.fields.find(({ field }) => field.name === name);
}
