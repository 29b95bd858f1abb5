import type { Context } from './context.js';
import {
  ADDRESS_TYPES,
  DATA_FUNCTIONS,
  DATA_TYPES,
  DEFAULT_QUESTION,
  encodedName,
  SECTIONS,
  type Section,
} from './dns.js';
import { FieldOwner } from './header.js';
import { parseFields } from './header-fields.js';
import type { Lexer } from './lexer.js';
import { MAX_FRAME_BYTES } from './limits.js';

/** A record of a DNS message; its name and its data are as long as they are. */
class DnsRecord extends FieldOwner {
  recordName: Uint8Array | undefined;
  data: Uint8Array = new Uint8Array();

  constructor(readonly section: Section) {
    super(section.names[0] ?? '', section.spec, new Uint8Array(section.lengthBytes), 0);
  }
}

/** A question is the shortest: more of them do not fit into a frame. */
const MAX_RECORDS = Math.floor(MAX_FRAME_BYTES / 4);

/** The fields and records of dns(…). */
export function parseDns(context: Context, at: number, header: FieldOwner): void {
  const records: DnsRecord[] = [];
  parseFields(context, header, (word) => {
    const section = SECTIONS.find(({ names }) => names.includes(word));
    if (section) records.push(parseRecord(context, section));
    if (records.length > MAX_RECORDS)
      context.lexer.fail(at, `more than ${MAX_RECORDS} records, expected fewer`);
    return section !== undefined;
  });
  // They stand in the order of their sections, whatever the order in the text.
  for (const section of SECTIONS) {
    const own = records.filter((record) => record.section === section);
    header.suggest(section.count, BigInt(own.length));
    if (section.names[0] === 'answer' && own.length > 0) header.suggest('qr', 1n);
    for (const record of own) append(context, at, record);
  }
}

function parseRecord(context: Context, section: Section): DnsRecord {
  context.lexer.take();
  const record = new DnsRecord(section);
  parseFields(context, record, (word) => {
    if (word === 'name') parseName(context.lexer, record);
    else if (word === 'data' && section.hasData) parseData(context.lexer, record);
    else if (DATA_FUNCTIONS.includes(word) && section.hasData) parseDataFunction(context.lexer, record, word);
    else return false;
    return true;
  });
  return record;
}

function append({ packet }: Context, at: number, record: DnsRecord): void {
  const { section } = record;
  for (const [name, value] of Object.entries(section.defaults)) record.suggest(name, BigInt(value));
  if (section.hasData) record.suggest('len', BigInt(record.data.length));
  packet.append(at, record.recordName ?? (section.hasData ? new Uint8Array() : DEFAULT_QUESTION));
  record.start = packet.length;
  packet.append(at, record.buffer);
  packet.append(at, record.data);
}

function parseName(lexer: Lexer, record: DnsRecord): void {
  lexer.take();
  lexer.expect('=', 'and a value after name');
  record.recordName = takeName(lexer);
}

function takeName(lexer: Lexer): Uint8Array {
  const token = lexer.peek();
  if (token.kind !== 'string') lexer.unexpected('a name such as "a.example"');
  const encoded = encodedName(token.bytes);
  if (typeof encoded === 'string') lexer.fail(token.at, encoded);
  lexer.take();
  return encoded;
}

/** data="…" ends with a zero byte, as trafgen has it. */
function parseData(lexer: Lexer, record: DnsRecord): void {
  lexer.take();
  lexer.expect('=', 'and a value after data');
  const token = lexer.peek();
  if (token.kind !== 'string' && token.kind !== 'address')
    lexer.unexpected('a string or an address for data');
  lexer.take();
  record.data = token.kind === 'string' ? Buffer.concat([token.bytes, Buffer.of(0)]) : token.bytes;
}

function parseDataFunction(lexer: Lexer, record: DnsRecord, word: string): void {
  lexer.take();
  lexer.expect('(', `after ${word}`);
  const token = lexer.peek();
  const type = DATA_TYPES[word] ?? (token.kind === 'address' ? ADDRESS_TYPES[token.type] : undefined);
  if (type === undefined) lexer.unexpected('an IPv4 or IPv6 address');
  if (word === 'addr' && token.kind === 'address') {
    lexer.take();
    record.data = token.bytes;
  } else record.data = takeName(lexer);
  record.write(record.field('type'), BigInt(type));
  lexer.expect(')', `after what ${word} has`);
}
