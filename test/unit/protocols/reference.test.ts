import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { loadAllProtocols } from '#src/compile/catalogue.js';
import type { Field, Protocol } from '#src/protocols/protocol.js';
import { ROOT } from '../../support/pktgen.js';

const FILE = path.join(ROOT, 'docs/protocols.md');
const HEAD = `# Protocols and their fields

Written by \`PKTGEN_UPDATE=1 npm test -- reference\` from \`src/protocols\`. A field that nobody sets is computed or takes its
default. Bits, and what else is known of a field: its words, whether it is there only when set (optional).
`;

test('docs/protocols.md lists every protocol with its fields', async () => {
  const loaded = await loadAllProtocols();
  const text = [HEAD, ...[...loaded.values()].sort((a, b) => a.name.localeCompare(b.name)).map(section)].join(
    '\n',
  );
  if (process.env['PKTGEN_UPDATE']) writeFileSync(FILE, text);
  assert.equal(readFileSync(FILE, 'utf8'), text);
});

function section({ name, title, reference, lower, fields }: Protocol): string {
  const below = lower ? `; below it, unless named: \`${lower}\`` : '';
  return `## ${name}\n\n${title}. ${reference}${below}.\n\n${fields.map(line).join('\n')}\n`;
}

function line({ name, bits, kind, names, flags, optional, auto }: Field): string {
  const words = Object.keys(names ?? {}).join(flags ? '\\|' : ', ');
  const notes = [
    kind === 'bytes' ? 'of variable length' : kind === 'uint' ? `${bits} bits` : `${kind} address`,
    ...(auto ? ['computed'] : []),
    ...(optional === true ? ['optional'] : typeof optional === 'string' ? [`with ${optional}`] : []),
    ...(words ? [words] : []),
  ];
  return `- \`${name}\`: ${notes.join('; ')}`;
}
