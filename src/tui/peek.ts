import { formatPeeked } from '../capture/peek-text.js';
import { hexDump, messageOf, type Preview } from '../index.js';
import { peekRun } from '../run/peek.js';
import type { RunPlan } from '../run/plan.js';
import type { Run } from '../run/session.js';
import type { Glyphs } from './page.js';

/** Headers are in front. */
const DUMPED_BYTES = 96;

/** What libpcap sees just now, and where, or why it sees nothing, in lines. */
export async function livePeek(
  run: Run,
  { arrow }: Pick<Glyphs, 'arrow'>,
  signal: AbortSignal,
): Promise<string[]> {
  if (run.plan.target.kind === 'none') return ['nothing is sent to a device'];
  try {
    const { seen, at, note } = await peekRun(run, { signal });
    const frames = seen.map((frame) => `  ${formatPeeked(frame, arrow)}`);
    const place = seen.length === 0 ? [] : [placeSeen(at, run.plan.target)];
    return [...place, ...frames, ...(note === null ? [] : [note])];
  } catch (error) {
    return [messageOf(error)];
  }
}

/** "seen at lab1 (far end)". */
export function placeSeen(at: string, target: RunPlan['target']): string {
  return `seen at ${at}${target.kind === 'lab' && at === target.farEnd ? ' (far end)' : ''}`;
}

/** What was seen just now, then what the sequence of frames begins with. */
export function framesText({ frames }: Pick<Preview, 'frames'>, live: readonly string[]): string[] {
  return [
    ...live,
    ...frames.flatMap(({ stream, bytes, lines }, i) => [
      '',
      `frame ${i + 1} of the sequence, ${stream}, ${bytes.length} bytes and FCS`,
      ...lines.map((line) => `  ${line}`),
      ...hexDump(bytes.subarray(0, DUMPED_BYTES)),
      ...(bytes.length > DUMPED_BYTES ? ['  …'] : []),
    ]),
  ];
}
