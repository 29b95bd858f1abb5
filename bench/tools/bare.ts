// The bare loops of bench/bare: the system calls of one engine on a prefilled buffer, and nothing else.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../test/support/pktgen.js';
import { complaintOf, type Job, type Likeness, runTool, type Tool } from './tool.js';

const DIRECTORY = path.join(ROOT, 'build/bare');
const SECONDS_TO_SEND_FEW = 0.01;

/** `likeness` as of the engine that it is the limit of. */
export function bare(program: string, likeness: Likeness, args: readonly string[] = []): Tool {
  const file = path.join(DIRECTORY, program);
  const run = async (job: Job, seconds: number) => {
    const words = [file, job.device.name, `0x${job.frameHex}`, `${seconds}`, ...args];
    const result = await runTool(job, seconds, words);
    if (result.status !== 0) throw new Error(complaintOf(result));
  };
  return {
    name: `bare loop ${[program, ...args].join(' ')}`,
    likeness,
    alwaysBypasses: true,
    missing: () => (existsSync(file) ? null : `build/bare/${program} is missing`),
    send: run,
    sendFew: (job) => run(job, SECONDS_TO_SEND_FEW),
  };
}
