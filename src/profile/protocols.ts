import { readdirSync } from 'node:fs';
import type { Protocol } from '../protocols/protocol.js';

const FOLDER = new URL('../protocols/', import.meta.url);

/** All protocols, by name: whatever file of the folder exports one. */
export async function loadProtocols(): Promise<ReadonlyMap<string, Protocol>> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.js'));
  const modules = await Promise.all(
    files.sort().map(async (file) => (await import(new URL(file, FOLDER).href)) as { protocol?: Protocol }),
  );
  return new Map(modules.flatMap(({ protocol }) => (protocol ? [[protocol.name, protocol] as const] : [])));
}
