import { didYouMean } from '../suggest.js';
import { addPatch, type Context } from './context.js';
import { byteWalk } from './counter.js';
import { type Argument, parseArguments, parseExpression, within } from './expression.js';
import type { HeaderSpec } from './header.js';
import { parseFields } from './header-fields.js';
import { HEADERS } from './headers.js';
import type { Token } from './lexer.js';
import { MAX_FRAME_BYTES } from './limits.js';
import { parseDns } from './records.js';
import { quoted } from './source.js';
import { frameChecksum, pushHeader } from './stack.js';

type Element = (context: Context, at: number) => void;

const START = { start: 0 };

/** Functions of a packet's body, headers aside. */
const FUNCTIONS: ReadonlyMap<string, Element> = new Map([
  ['fill', fill],
  ['rnd', rnd],
  ['seqinc', (context, at) => sequence(context, at, 'seqinc', 1)],
  ['seqdec', (context, at) => sequence(context, at, 'seqdec', -1)],
  ['drnd', drnd],
  ['dinc', (context, at) => counter(context, at, 'dinc', 1)],
  ['ddec', (context, at) => counter(context, at, 'ddec', -1)],
  ...[8, 16, 32, 64].flatMap((bits) =>
    ['const', 'c'].map((name) => [name + bits, constant(name + bits, bits)] as const),
  ),
  ...['csumip', 'csumip4', 'csum16', 'csumicmp', 'csumicmp4'].map(
    (name) => [name, plainChecksum(name)] as const,
  ),
  ['csumudp', pseudoChecksum('csumudp', 'ip4', 17)],
  ['csumtcp', pseudoChecksum('csumtcp', 'ip4', 6)],
  ['csumudp6', pseudoChecksum('csumudp6', 'ip6', 17)],
  ['csumtcp6', pseudoChecksum('csumtcp6', 'ip6', 6)],
  ['csumicmp6', pseudoChecksum('csumicmp6', 'ip6', 58)],
]);

/** One element of a packet's body. */
export function parseElement(context: Context): void {
  const { lexer, packet } = context;
  const token = lexer.peek();
  if (token.kind === 'end' || token.kind === 'mark' || token.kind === 'address') {
    lexer.unexpected("a byte, a string, a function, a header or '}'");
  }
  lexer.take();
  if (token.kind === 'number') literal(context, token);
  else if (token.kind === 'string') packet.append(token.at, token.bytes);
  else if (token.kind === 'word') named(context, token);
}

function literal({ lexer, packet }: Context, { at, text, value }: Token & { kind: 'number' }): void {
  if (value > 0xffn)
    lexer.fail(at, `${quoted(text)} is more than a byte, expected 0 to 255, or c16(${text})`);
  packet.append(at, Uint8Array.of(Number(value)));
}

function named(context: Context, { at, text }: Token): void {
  const { lexer } = context;
  const word = text.toLowerCase();
  const element = FUNCTIONS.get(word);
  const header = HEADERS.get(word);
  if (!element && !header) {
    lexer.fail(at, `unknown ${quoted(text)}: ${didYouMean(word, [...FUNCTIONS.keys(), ...HEADERS.keys()])}`);
  }
  if (element) element(context, at);
  if (header) parseHeader(context, at, header);
}

function parseHeader(context: Context, at: number, spec: HeaderSpec): void {
  const header = pushHeader(context.lexer, context.packet, at, spec);
  if (spec.names[0] === 'dns') parseDns(context, at, header);
  else parseFields(context, header);
}

function fill({ lexer, packet }: Context, at: number): void {
  const [value, times] = parseArguments(lexer, 'fill(byte, times)', 2, 2);
  const byte = within(lexer, value, 0, 0xff);
  const length = within(lexer, times, 0, MAX_FRAME_BYTES);
  const start = packet.grow(at, length);
  packet.buffer.fill(byte, start, start + length);
}

function rnd({ lexer, packet, randomByte }: Context, at: number): void {
  const [times] = parseArguments(lexer, 'rnd() or rnd(times)', 0, 1);
  const length = within(lexer, times, 0, MAX_FRAME_BYTES, 1);
  packet.append(at, Uint8Array.from({ length }, randomByte));
}

function sequence({ lexer, packet }: Context, at: number, name: string, sign: number): void {
  const [start, times, step] = parseArguments(lexer, `${name}(start, times, step)`, 2, 3);
  const first = within(lexer, start, 0, 0xff);
  const length = within(lexer, times, 0, MAX_FRAME_BYTES);
  const distance = sign * within(lexer, step, 0, 0xff, 1);
  packet.append(
    at,
    Uint8Array.from({ length }, (_, index) => first + index * distance),
  );
}

/** Four bytes together: as random as each alone, and less to do for every frame. */
function drnd(context: Context, at: number): void {
  const { lexer, packet } = context;
  const [times] = parseArguments(lexer, 'drnd() or drnd(times)', 0, 1);
  const length = within(lexer, times, 0, MAX_FRAME_BYTES, 1);
  const start = packet.grow(at, length);
  for (let offset = 0; offset < length; offset += 4) {
    const bits = Math.min(4, length - offset) * 8;
    addPatch(context, at, START, (start + offset) * 8, bits, { vary: 'random', from: 0, to: 2 ** bits - 1 });
  }
}

function counter(context: Context, at: number, name: string, sign: number): void {
  const { lexer, packet } = context;
  const list = parseArguments(lexer, `${name}(min, max, step)`, 2, 3);
  const [min, max] = byteRange(context, list);
  const step = within(lexer, list[2], 0, 0xff, 1);
  const value = byteWalk(min, max, sign * step);
  addPatch(context, at, START, packet.grow(at, 1) * 8, 8, value);
}

function byteRange({ lexer }: Context, [min, max]: Argument[]): [number, number] {
  const from = within(lexer, min, 0, 0xff);
  const to = within(lexer, max, 0, 0xff);
  if (from > to) lexer.fail(min?.at ?? 0, `min ${from} is above max ${to}, expected the lower one first`);
  return [from, to];
}

/** What does not fit is cut off, as a C cast does: c16(-1) is ff ff. */
function constant(name: string, bits: number): Element {
  return ({ lexer, packet }, at) => {
    lexer.expect('(', `as in ${name}(expression)`);
    const value = BigInt.asUintN(bits, parseExpression(lexer));
    lexer.expect(')', `as in ${name}(expression)`);
    packet.append(at, Buffer.from(value.toString(16).padStart(bits / 4, '0'), 'hex'));
  };
}

/** From the first byte through the second one; what is beyond the end is left out. */
function plainChecksum(name: string): Element {
  return ({ lexer, packet }, at) => {
    const [from, to] = offsets(parseArguments(lexer, `${name}(from, to)`, 2, 2), lexer);
    const offsetBytes = packet.grow(at, 2);
    packet.addChecksum({
      at,
      resolve: (frameBytes) => {
        if (from >= frameBytes)
          lexer.fail(at, `byte ${from} is not in the packet, expected 0 to ${frameBytes - 1}`);
        return frameChecksum(offsetBytes, [from, Math.min(to + 1, frameBytes)], undefined, false);
      },
    });
  };
}

const IP_HEADER_BYTES: Readonly<Record<string, number>> = { ip4: 20, ip6: 40 };

function pseudoChecksum(name: string, ip: 'ip4' | 'ip6', ipProtocol: number): Element {
  return ({ lexer, packet }, at) => {
    const [start, upper] = offsets(parseArguments(lexer, `${name}(IP header, header above)`, 2, 2), lexer);
    const offsetBytes = packet.grow(at, 2);
    packet.addChecksum({
      at,
      resolve: (frameBytes) => {
        if (upper >= frameBytes || start + (IP_HEADER_BYTES[ip] ?? 0) > frameBytes) {
          lexer.fail(
            at,
            `${name} of headers at ${start} and ${upper}, expected both in the packet's ${frameBytes} bytes`,
          );
        }
        return frameChecksum(
          offsetBytes,
          [upper, frameBytes],
          { start, name: ip, ipProtocol },
          ipProtocol === 17,
        );
      },
    });
  };
}

/** The lower one first. */
function offsets([first, second]: Argument[], lexer: Context['lexer']): [number, number] {
  const a = within(lexer, first, 0, MAX_FRAME_BYTES);
  const b = within(lexer, second, 0, MAX_FRAME_BYTES);
  return a < b ? [a, b] : [b, a];
}
