// A process of its own, in the namespace of the interfaces: says what the package cap (libpcap) sees there, one JSON object per
// line. Argument: a PeekRequest as JSON. It asks one interface after the other until one of them shows frames.
import { createRequire } from 'node:module';
import { type Decoded, type Decoders, decodeFrame } from './decode.js';
import type { PeekLine, PeekRequest } from './peek.js';

interface Cap {
  open(device: string, filter: string, kernelBufferBytes: number, buffer: Buffer): string;
  on(event: 'packet', listener: (bytes: number, isTruncated: boolean) => void): void;
  close(): void;
}

interface Package {
  readonly Cap: new () => Cap;
  readonly decoders: Decoders;
}

/** Frames that come after those that we want have no use for more. libpcap needs a block of 256 KiB and some. */
const KERNEL_BUFFER_BYTES = 1 << 20;
/** The longest that libpcap hands over here. */
const FRAME_BYTES = 65_535;
const NOT_DECODED: Decoded = { layers: [], payloadBytes: 0 };

const request = JSON.parse(process.argv[2] ?? '') as PeekRequest;
const cap = load();
if (cap) {
  for (const place of request.places) if (await watch(cap, place)) break;
}

function load(): Package | null {
  try {
    return createRequire(import.meta.url)('cap') as Package;
  } catch (error) {
    tell({ kind: 'missing', message: String(error) });
    return null;
  }
}

/** Whether something was seen. */
async function watch({ Cap, decoders }: Package, place: string): Promise<boolean> {
  const buffer = Buffer.alloc(FRAME_BYTES); // the binding keeps no reference: this function does
  const capture = new Cap();
  const openedAt = performance.now();
  let seen = 0;
  let linkType: string;
  try {
    linkType = capture.open(place, request.filter, KERNEL_BUFFER_BYTES, buffer);
  } catch (error) {
    tell({ kind: 'refused', at: place, message: error instanceof Error ? error.message : String(error) });
    return false;
  }
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, request.timeoutMs);
    capture.on('packet', (bytes, isTruncated) => {
      if (seen === request.frames) return; // more of them were on their way
      const frame = buffer.subarray(0, bytes);
      const decoded = linkType === 'ETHERNET' ? decodeFrame(frame, decoders) : NOT_DECODED;
      tell({ kind: 'frame', frame: { hex: frame.toString('hex'), bytes, isTruncated, ...decoded } });
      if (++seen < request.frames) return;
      clearTimeout(timer);
      resolve();
    });
  });
  capture.close();
  tell({ kind: 'watched', at: place, seen, openMs: performance.now() - openedAt });
  return seen > 0;
}

function tell(line: PeekLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
