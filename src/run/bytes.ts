import { framesWithin } from '../compile/bytes.js';
import { ValueError } from '../compile/problems.js';
import type { FrameProgram } from '../compile/program.js';
import { UsageError } from '../errors.js';
import { requireWhole } from './loops.js';

/**
 * How many frames a run of at most `bytes` has, frame sizes with FCS added up over all workers; the smaller one where
 * there is a count, too. null where neither is asked.
 * @throws UsageError where the frames within so many bytes depend on chance or on the time, and where none fits.
 */
export function framesOfRun(
  program: FrameProgram,
  { bytes, countPackets }: { readonly bytes?: number | undefined; readonly countPackets?: number | null },
): number | null {
  if (bytes === undefined) return countPackets ?? null;
  const limit = requireWhole('--bytes', bytes, 1, Number.MAX_SAFE_INTEGER);
  try {
    return Math.min(framesWithin(program, limit), countPackets ?? Number.POSITIVE_INFINITY);
  } catch (error) {
    if (error instanceof ValueError) throw new UsageError(`--bytes ${bytes}: ${error.message}`);
    throw error;
  }
}
