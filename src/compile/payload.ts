import type { Payload } from '../model/traffic.js';

/** It takes all that the frame size leaves. */
export function isFilling(payload: Payload): boolean {
  return payload.kind !== 'bytes' && payload.lengthBytes === null;
}

/** What it takes at least. */
export function payloadLength(payload: Payload): number {
  return payload.kind === 'bytes' ? payload.hex.length / 2 : (payload.lengthBytes ?? 0);
}

/** Its bytes; a shorter payload is always the beginning of a longer one. Random ones are filled in for each frame. */
export function payloadBytes(payload: Payload, length: number): Uint8Array {
  switch (payload.kind) {
    case 'byte':
      return new Uint8Array(length).fill(payload.value);
    case 'counter':
      return Uint8Array.from({ length }, (_, i) => i);
    case 'random':
      return new Uint8Array(length);
    case 'bytes':
      return Buffer.from(payload.hex, 'hex');
  }
}
