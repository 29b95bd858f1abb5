import type { Patch } from '../model/traffic.js';
import type { Budget } from './budget.js';
import type { Lexer } from './lexer.js';
import type { Packet } from './packet.js';

/** What the pieces of a packet are parsed with. */
export interface Context {
  readonly lexer: Lexer;
  readonly packet: Packet;
  readonly budget: Budget;
  readonly randomByte: () => number;
}

export function addPatch(
  { packet, budget }: Context,
  at: number,
  anchor: { readonly start: number },
  offsetBits: number,
  bits: number,
  value: Patch['value'],
): void {
  budget.patch(at, value);
  packet.patches.push({ at, anchor, offsetBits, bits, value });
}
