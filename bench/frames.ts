// A comparison of different frames would be none: before a tool is measured, what it sends is captured and judged.
import { Capture } from '../test/support/capture.js';
import type { Job, Likeness, Tool } from './tools/tool.js';

/** Enough to see whether varied fields vary, and more than one packet that the kernel cuts up. */
const FRAMES = 192;
const GOOD = '1'; // tshark's word for a checksum that holds

/** @throws Error: what the tool sent instead. */
export async function requireRightFrames(tool: Tool, job: Job): Promise<void> {
  if (job.device.sees === 'nothing') return;
  if (job.device.sees === 'queued' && tool.alwaysBypasses) return; // its length is still checked, by the counters
  const count = tool.likeness === 'same' ? 1 : FRAMES;
  const capture = await Capture.start(job.namespace.prefix, job.device.seenAt, count);
  try {
    await tool.sendFew(job, count);
    await capture.complete();
    judge(tool, job, capture);
  } finally {
    capture.remove();
  }
}

function judge(tool: Tool, job: Job, capture: Capture): void {
  const frames = capture.frames();
  const wanted = job.frameHex;
  const wrong = frames.find((frame) => !isLike(tool.likeness, frame, wanted));
  if (wrong !== undefined)
    throw new Error(`it sent ${wrong} (${wrong.length / 2} bytes) instead of ${wanted}`);
  if (tool.likeness === 'varied' && new Set(frames).size === 1) throw new Error('it sent one frame only');
  if (tool.likeness === 'numbered' || tool.likeness === 'varied') requireGoodChecksums(capture);
}

function isLike(likeness: Likeness, frame: string, wanted: string): boolean {
  if (likeness === 'same') return frame === wanted;
  if (likeness === 'numbered') return unnumbered(frame) === unnumbered(wanted);
  return frame.length === wanted.length;
}

/** Offsets in a frame of Ethernet and IPv4 (RFC 791), in digits of hex. */
const IDENTIFICATION = 2 * 18;
const CHECKSUM = 2 * 24;
const WORD = 4;

function unnumbered(frame: string): string {
  return [IDENTIFICATION, CHECKSUM].reduce(
    (rest, at) => `${rest.slice(0, at)}....${rest.slice(at + WORD)}`,
    frame,
  );
}

function requireGoodChecksums(capture: Capture): void {
  const rows = capture.dissect('ip.checksum.status', 'udp.checksum.status', 'ip.dst', 'udp.srcport');
  const bad = rows.find(([ip, udp]) => ip !== GOOD || udp !== GOOD);
  if (bad) throw new Error(`a checksum is wrong in a frame to ${bad[2]} from port ${bad[3]}`);
}
