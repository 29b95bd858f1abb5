import type { Stream } from '../model/traffic.js';
import { Budget } from './budget.js';
import type { Context } from './context.js';
import { parseElement } from './elements.js';
import { type Argument, within } from './expression.js';
import { Lexer } from './lexer.js';
import { MAX_TEXT_CHARACTERS } from './limits.js';
import { Packet } from './packet.js';
import { randomBytes } from './random.js';
import { quoted, SourceText, type TrafgenSource } from './source.js';
import { finishHeaders } from './stack.js';

const DEFAULT_SEED = 1;
/** More CPUs than Linux can have. */
const MAX_CPU = 65_535;

/** trafgen's language → one stream per packet, in the order of the text. Throws a UsageError of one line. */
export function parseTrafgen(text: string, source: TrafgenSource): Stream[] {
  const sourceText = new SourceText(text, source.file);
  checkText(sourceText);
  const lexer = new Lexer(sourceText);
  const budget = new Budget(lexer);
  const randomByte = randomBytes(source.seed ?? DEFAULT_SEED);
  const streams: Stream[] = [];
  for (let number = 1; lexer.peek().kind !== 'end'; number++) {
    const lowestCpu = parseCpu(lexer);
    const stream = parsePacket({ lexer, packet: new Packet(lexer), budget, randomByte }, `packet${number}`);
    if (lowestCpu < (source.cpus ?? Number.POSITIVE_INFINITY)) streams.push(stream);
  }
  if (streams.length === 0) lexer.fail(0, "there is no packet to send, expected one: '{' its bytes '}'");
  return streams;
}

function checkText(source: SourceText): void {
  const { text } = source;
  if (text.length > MAX_TEXT_CHARACTERS)
    source.fail(0, `more than ${MAX_TEXT_CHARACTERS} characters, expected fewer`);
  const zero = text.indexOf('\0');
  if (zero >= 0) source.fail(zero, 'a NUL byte, expected text');
  const foreign = text.search(/[\p{Cs}\ufffd]/u);
  if (foreign >= 0) source.fail(foreign, 'bytes that are no UTF-8, expected text in UTF-8');
}

/** cpu(1): or cpu(1-2): in front of a packet; the lowest of them. */
function parseCpu(lexer: Lexer): number {
  const token = lexer.peek();
  if (token.kind !== 'word') return 0;
  if (token.text.toLowerCase() !== 'cpu')
    lexer.fail(token.at, `unexpected ${quoted(token.text)}, expected cpu or '{'`);
  lexer.take();
  lexer.expect('(', 'as in cpu(0): or cpu(0-3):');
  const cpus = [cpuNumber(lexer)];
  if (lexer.takeIf('-') || lexer.takeIf(':')) cpus.push(cpuNumber(lexer));
  lexer.expect(')', 'as in cpu(0): or cpu(0-3):');
  lexer.expect(':', 'after cpu(…)');
  return Math.min(...cpus);
}

function cpuNumber(lexer: Lexer): number {
  const token = lexer.peek();
  if (token.kind !== 'number') lexer.unexpected('the number of a CPU');
  lexer.take();
  const cpu: Argument = { at: token.at, value: token.value };
  return within(lexer, cpu, 0, MAX_CPU);
}

function parsePacket(context: Context, name: string): Stream {
  const { lexer, packet, budget } = context;
  const { at } = lexer.peek();
  lexer.expect('{', 'where a packet begins');
  lexer.takeIf(',');
  while (!lexer.at('}')) {
    if (lexer.peek().kind === 'end') lexer.fail(at, "this packet has no end, expected '}'");
    parseElement(context);
    lexer.takeIf(',');
  }
  lexer.take();
  if (packet.length === 0) lexer.fail(at, 'an empty packet, expected at least one byte');
  finishHeaders(packet);
  budget.packet(at, packet.length, packet.checksums.length);
  return packet.finish(name);
}
