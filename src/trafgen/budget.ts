import type { Patch } from '../model/traffic.js';
import type { Lexer } from './lexer.js';
import {
  MAX_PACKETS,
  MAX_SUMMED_BYTES,
  MAX_TOTAL_BYTES,
  MAX_TOTAL_PATCHES,
  MAX_TOTAL_VALUES,
} from './limits.js';

/** What all packets of a text may need together. */
export class Budget {
  private packets = 0;
  private bytes = 0;
  private summed = 0;
  private patches = 0;
  private values = 0;

  constructor(private readonly lexer: Lexer) {}

  packet(at: number, bytes: number, checksums: number): void {
    this.packets++;
    this.bytes += bytes;
    this.summed += bytes * checksums;
    if (this.packets > MAX_PACKETS) this.lexer.fail(at, `more than ${MAX_PACKETS} packets, expected fewer`);
    if (this.bytes > MAX_TOTAL_BYTES)
      this.lexer.fail(at, `more than ${MAX_TOTAL_BYTES} bytes of packets, expected fewer`);
    if (this.summed > MAX_SUMMED_BYTES)
      this.lexer.fail(at, `more than ${MAX_SUMMED_BYTES} bytes under checksums, expected fewer`);
  }

  patch(at: number, value: Patch['value']): void {
    this.patches++;
    if (typeof value === 'object' && 'values' in value) this.values += value.values?.length ?? 0;
    if (this.patches > MAX_TOTAL_PATCHES) {
      this.lexer.fail(at, `more than ${MAX_TOTAL_PATCHES} dynamic elements, expected fewer`);
    }
    if (this.values > MAX_TOTAL_VALUES) {
      this.lexer.fail(at, `the counters walk through more than ${MAX_TOTAL_VALUES} values, expected fewer`);
    }
  }
}
