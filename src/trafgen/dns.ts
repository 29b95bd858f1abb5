import { field } from './field.js';
import type { HeaderSpec } from './header.js';

/** RFC 1035 section 4.1.1; two of the three reserved bits have their meaning from RFC 4035. */
export const dns: HeaderSpec = {
  names: ['dns'],
  layer: 7,
  lower: 'udp',
  lengthBytes: 12,
  fields: [
    field('id', 0, 2),
    field('qr', 2, 2, [0, 1]),
    field('op|oper', 2, 2, [1, 4]),
    field('aa|aanswer', 2, 2, [5, 1]),
    field('trunc', 2, 2, [6, 1]),
    field('rdesired', 2, 2, [7, 1]),
    field('ravail', 2, 2, [8, 1]),
    field('zero', 2, 2, [10, 2]),
    field('rcode|rc', 2, 2, [12, 4]),
    field('qdcount', 4, 2),
    field('ancount', 6, 2),
    field('nscount', 8, 2),
    field('arcount', 10, 2),
  ],
  flags: {},
  defaults: {},
};

/** A section of a DNS message, in its order on the wire, and what a record in it looks like. */
export interface Section {
  readonly names: readonly string[];
  /** The field that counts its records. */
  readonly count: string;
  /** What stands between the name and the data. */
  readonly lengthBytes: number;
  readonly spec: Pick<HeaderSpec, 'fields' | 'flags'>;
  readonly defaults: Readonly<Record<string, number>>;
  readonly hasData: boolean;
}

const QUESTION = { fields: [field('type', 0, 2), field('class', 2, 2)], flags: {} };
const RECORD = {
  fields: [...QUESTION.fields, field('ttl', 4, 4), field('len|length', 8, 2)],
  flags: {},
};

export const SECTIONS: readonly Section[] = [
  {
    names: ['query', 'qry'],
    count: 'qdcount',
    lengthBytes: 4,
    spec: QUESTION,
    defaults: { type: 1, class: 1 },
    hasData: false,
  },
  answerSection(['answer', 'ans'], 'ancount'),
  answerSection(['auth'], 'nscount'),
  answerSection(['add'], 'arcount'),
];

function answerSection(names: readonly string[], count: string): Section {
  return { names, count, lengthBytes: 10, spec: RECORD, defaults: { class: 1, ttl: 1 }, hasData: true };
}

/** Record types (RFC 1035 section 3.2.2, RFC 3596) by the function that writes their data. */
export const DATA_TYPES: Readonly<Record<string, number>> = { ns: 2, cname: 5, ptr: 12 };
export const ADDRESS_TYPES: Readonly<Record<string, number>> = { ip4: 1, ip6: 28 };
export const DATA_FUNCTIONS = ['addr', ...Object.keys(DATA_TYPES)];

/** What trafgen asks for when nobody says what: these bytes, though they are no name in DNS's encoding. */
export const DEFAULT_QUESTION = Buffer.from('www.netsniff-ng.com\0');

const LONGEST_LABEL = 63;
/** Length bytes and the final zero included: RFC 1035 section 2.3.4. */
const LONGEST_NAME = 255;

/** a.example → 1 a 7 example 0, or what is wrong with it. RFC 1035 section 3.1. */
export function encodedName(name: Uint8Array): Uint8Array | string {
  if (name.length + 2 > LONGEST_NAME)
    return `a name of ${name.length} characters, expected at most ${LONGEST_NAME - 2}`;
  const labels = Buffer.from(name).toString('latin1').replace(/\.$/, '').split('.');
  const parts: Buffer[] = [];
  for (const label of labels) {
    if (label.length === 0) return 'an empty label in a name, expected one such as a.example';
    if (label.length > LONGEST_LABEL)
      return `a label of ${label.length} bytes, expected at most ${LONGEST_LABEL}`;
    parts.push(Buffer.of(label.length), Buffer.from(label, 'latin1'));
  }
  return Buffer.concat([...parts, Buffer.of(0)]);
}
