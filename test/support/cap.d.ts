/** cap 0.2.1 (libpcap) comes without types; this is what the tests use of it. */
declare module 'cap' {
  import type { EventEmitter } from 'node:events';

  class Cap extends EventEmitter {
    /**
     * Captures into `buffer`, one frame at a time, and emits 'packet' (bytes, isTruncated) for each. The binding keeps
     * no reference to `buffer`: hold one for as long as the session lives. Returns the link type, such as "ETHERNET".
     */
    open(device: string, filter: string, kernelBufferBytes: number, buffer: Buffer): string;
    /** How many bytes must have arrived before frames are delivered; 0 for at once. */
    setMinBytes?(bytes: number): void;
    close(): void;
  }

  const cap: { readonly Cap: typeof Cap };
  export default cap;
}
