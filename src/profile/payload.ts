import path from 'node:path';
import { ValueError } from '../compile/problems.js';
import { type Payload, ZEROS } from '../model/traffic.js';
import { wholeNumber } from './decimal.js';
import { readBounded } from './file.js';
import { show } from './problem.js';

/** What fits into the largest frame, behind the smallest headers. */
export const MAX_PAYLOAD_BYTES = 9000;

/** A payload as a person wrote it, when the schema has had its say. */
export type PayloadInput = string | number | Readonly<Record<string, unknown>>;

/** `directory`: where relative paths begin. Throws ValueError. */
export async function readPayload(input: PayloadInput, directory: string): Promise<Payload> {
  const file = typeof input === 'object' ? input['file'] : undefined;
  return file === undefined ? literalPayload(input) : filePayload(String(file), directory);
}

/** A payload that needs no file. Throws ValueError. */
export function literalPayload(input: PayloadInput): Payload {
  if (typeof input !== 'object') return simplePayload(input);
  const lengthBytes = input['length'] === undefined ? null : lengthOf(input['length'], ['length']);
  if (input['byte'] !== undefined) return { kind: 'byte', value: byteOf(input['byte']), lengthBytes };
  if (input['counter'] !== undefined) return { kind: 'counter', lengthBytes };
  if (input['random'] !== undefined) return { kind: 'random', lengthBytes };
  if (input['text'] !== undefined) return bytesPayload(Buffer.from(String(input['text'])), 'text');
  return hexPayload(String(input['hex']));
}

const WORDS: Readonly<Record<string, Payload>> = {
  zeros: ZEROS,
  counter: { kind: 'counter', lengthBytes: null },
  random: { kind: 'random', lengthBytes: null },
};

function simplePayload(input: string | number): Payload {
  const payload = WORDS[input];
  return payload ?? { kind: 'byte', value: 0, lengthBytes: lengthOf(input, []) };
}

function lengthOf(value: unknown, where: readonly string[]): number {
  const length = wholeNumber(value);
  if (length >= 0 && length <= MAX_PAYLOAD_BYTES) return length;
  throw new ValueError(`expected 0 to ${MAX_PAYLOAD_BYTES} bytes, not ${show(value)}`, where);
}

function byteOf(value: unknown): number {
  const byte = wholeNumber(value);
  if (byte >= 0 && byte <= 0xff) return byte;
  throw new ValueError(`expected a byte, 0 to 255 or 0x00 to 0xff, not ${show(value)}`, ['byte']);
}

function hexPayload(text: string): Payload {
  const hex = text.replace(/^0x/i, '').replace(/[\s:]/g, '');
  if (!/^(?:[0-9a-f]{2})*$/i.test(hex)) {
    throw new ValueError(`expected bytes in hex, two digits each, not ${show(text)}`, ['hex']);
  }
  return bytesPayload(Buffer.from(hex, 'hex'), 'hex');
}

async function filePayload(file: string, directory: string): Promise<Payload> {
  const bytes = await readBounded(path.resolve(directory, file), MAX_PAYLOAD_BYTES, true).catch(
    (error: Error) => {
      throw new ValueError(`${show(file)} ${error.message}`, ['file']);
    },
  );
  return bytesPayload(bytes, 'file');
}

function bytesPayload(bytes: Buffer, key: string): Payload {
  if (bytes.length > MAX_PAYLOAD_BYTES) {
    throw new ValueError(`${bytes.length} bytes, more than the ${MAX_PAYLOAD_BYTES} that fit into a frame`, [
      key,
    ]);
  }
  return { kind: 'bytes', hex: bytes.toString('hex') };
}
