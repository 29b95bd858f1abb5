import { readdirSync } from 'node:fs';
import type { Header } from '../model/traffic.js';
import type { Protocol } from '../protocols/protocol.js';

/** Protocols by name. */
export type Catalogue = ReadonlyMap<string, Protocol>;

/** The files in src/protocols: their names are the protocols' names. */
export function protocolNames(): string[] {
  return readdirSync(new URL('../protocols/', import.meta.url))
    .filter((file) => file.endsWith('.js') && file !== 'protocol.js')
    .map((file) => file.slice(0, -'.js'.length))
    .sort();
}

/** All protocols. */
export function loadAllProtocols(): Promise<Catalogue> {
  return loadProtocols(protocolNames().map((protocol) => ({ protocol, fields: {} })));
}

/** The protocols of these headers, and all that may be put below them. Unknown names are left out. */
export async function loadProtocols(headers: Iterable<Header>): Promise<Catalogue> {
  const known = new Set(protocolNames());
  const loaded = new Map<string, Protocol>();
  const wanted = new Set<string>();
  for (const header of headers) wanted.add(header.protocol);
  for (const name of wanted) {
    if (!known.has(name)) continue;
    const { protocol } = (await import(`../protocols/${name}.js`)) as { protocol: Protocol };
    loaded.set(name, protocol);
    // A Set may grow while it is walked.
    if (protocol.lower) wanted.add(protocol.lower);
    if (protocol.upper) wanted.add(protocol.upper);
  }
  return loaded;
}
