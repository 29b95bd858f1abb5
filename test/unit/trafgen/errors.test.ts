import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTrafgen } from '#src/trafgen/parse.js';

function message(text: string): string {
  try {
    parseTrafgen(text, { file: 'a.cfg' });
  } catch (error) {
    assert.ok(error instanceof Error && error.name === 'UsageError', String(error));
    return error.message;
  }
  return assert.fail('nothing was wrong');
}

const MISTAKES = [
  ['', '1:1', 'there is no packet'],
  ['{ }', '1:1', 'an empty packet'],
  ['{ 1', '1:1', 'no end'],
  ['1 }', '1:1', "expected '{'"],
  ['{ 1,, 2 }', '1:5', "unexpected ','"],
  ['{ 1 }\n  foo', '2:3', 'expected cpu'],
  ['{\n  fil(1, 2)\n}', '2:3', 'did you mean fill?'],
  ['{ udp(sprt=1) }', '1:7', 'did you mean'],
  ['{ udp(sport 1) }', '1:13', "expected '='"],
  ['{ 256 }', '1:3', 'expected 0 to 255, or c16(256)'],
  ['{ 0x10000000000000000 }', '1:3', '64 bits'],
  ['{ 08 }', '1:3', 'octal'],
  ['{ $ff }', '1:3', "unexpected '$'"],
  ["{ 'ab' }", '1:3', 'one character'],
  ["{ 'é' }", '1:3', 'more than one byte'],
  ['{ "abc }', '1:3', 'no end'],
  ['{ "" }', '1:3', 'empty string'],
  ['{ "\\xzz" }', '1:3', 'two hex digits'],
  ['{ 1 /* }', '1:5', 'no end'],
  ['{ c16(1/0) }', '1:8', 'division by 0'],
  ['{ c16(1<<64) }', '1:8', '0 to 63'],
  ['{ c16(1<2) }', '1:9', "expected '<'"],
  [`{ c16(${'('.repeat(1_000_000)}`, '1:108', '100 levels'],
  [`{ c16(${'-'.repeat(1_000_000)}`, '1:108', '100 levels'],
  ['{ fill(0, 1000000000000) }', '1:11', '0 to 9018'],
  ['{ fill(0, 9018), 1 }', '1:18', 'longer than 9018'],
  ['{ fill(0) }', '1:7', 'fill(byte, times)'],
  ['{ dinc(9, 1) }', '1:8', 'above'],
  ['{ eth(type=dinc(9, 1)) }', '1:17', 'not below'],
  ['{ eth(type=dinc(1, 65536)) }', '1:20', '0 to 65535'],
  ['{ eth(da[6]=dinc()) }', '1:9', '0 to 5'],
  ['{ eth(da[0:3]=dinc()) }', '1:9', '1, 2 or 4'],
  ['{ eth(da[0]=1) }', '1:9', 'expected dinc() or drnd()'],
  ['{ eth(type[1:4]=dinc()) }', '1:17', 'beyond the end'],
  ['{ eth(da=1) }', '1:10', 'a MAC address'],
  ['{ eth(da=1.2.3.4) }', '1:10', 'a MAC address'],
  ['{ ipv4(ttl=300) }', '1:12', '0 to 255'],
  ['{ ipv4(sa=1.2.3.400) }', '1:11', 'no address'],
  ['{ tcp(syn=1) }', '1:10', 'flag'],
  ['{ pfc(prio(8)=1) }', '1:12', 'prio(0) to prio(7)'],
  ['{ ipv4(), vlan() }', '1:11', 'cannot stand on ip4'],
  ['{ udp(), udp() }', '1:10', 'cannot stand on udp'],
  ['{ csumip(90, 99), 1 }', '1:3', 'not in the packet'],
  ['{ csumudp(0, 30), 1 }', '1:3', 'csumudp'],
  ['{ dns(query(name="a..b")) }', '1:18', 'empty label'],
  ['{ 1, \0 }', '1:6', 'NUL'],
  ['{ 1, \ufffd }', '1:6', 'UTF-8'],
  ['{ 1, \ud800 }', '1:6', 'UTF-8'],
  [`{ ${'x'.repeat(100_000)} }`, '1:3', 'too long'],
  ['# 7 "other.h" 1\n{ foo }', '7:3', 'unknown'],
] as const;

for (const [text, place, part] of MISTAKES) {
  test(`${JSON.stringify(text.slice(0, 40))} is refused at ${place}: ${part}`, () => {
    const found = message(text);
    assert.match(found, /^[^\n]{1,600}$/);
    assert.ok(found.startsWith(`${text.startsWith('# 7') ? 'other.h' : 'a.cfg'}:${place}: `), found);
    assert.ok(found.includes(part), found);
  });
}

const TOO_MUCH = [
  ['packets', '{1}'.repeat(100_001), '100000 packets'],
  ['bytes', '{fill(1,9018)}'.repeat(7_500), 'bytes of packets'],
  ['dynamic elements', '{drnd(9018)}'.repeat(500), 'dynamic elements'],
  ['listed values', '{ipv4(id=1,id=dinc())}'.repeat(70), 'values'],
  ['checksums', `{${'csumip(0,1)'.repeat(65)}}`, '64 checksums'],
  ['characters', ' '.repeat(16 * 1024 * 1024 + 1), 'characters'],
] as const;

for (const [what, text, part] of TOO_MUCH) {
  test(`too many ${what} are refused`, () => assert.ok(message(text).includes(part), message(text)));
}
