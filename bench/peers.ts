// pktgen beside trafgen: the same frame, the same device, one CPU each, turn by turn, counted by the interface.
// `npm run bench:peers -- [--rounds N] [--size BYTES] [--json]`, as root.
import { Capture } from '../test/support/capture.js';
import { chooseCpus, describeMachine, type Options, requireRoot, requireTcpdump, runBench } from './bench.js';
import { Counters } from './counters.js';
import { type Device, type Namespace, withNamespace } from './namespace.js';
import { goalOf, report, rowOf, type Section } from './report.js';
import { type Job, pktgen, planFrame, type Tool, trafgen, trafgenVersion } from './tools.js';

const ROUNDS = 5;
/** pktgen's median over trafgen's, at least. */
const DROP_GOAL = 1.1;
const PAIR_GOAL = 1.0;

await runBench('peers', ROUNDS, async (options) => {
  requireRoot();
  requireTcpdump();
  const peer = trafgenVersion();
  const machine = await describeMachine();
  const sections = await withNamespace(async (namespace) => [
    await compare(namespace, namespace.addDrop(), peer, DROP_GOAL, options),
    await compare(namespace, namespace.addPair(), peer, PAIR_GOAL, options),
  ]);
  report('peers', machine, options, sections);
});

async function compare(
  namespace: Namespace,
  device: Device,
  peer: string,
  goal: number,
  { sizeBytes, rounds }: Options,
): Promise<Section> {
  const cpus = chooseCpus();
  const counters = new Counters(namespace, device, cpus.others);
  try {
    const place = { namespace, device, cpu: cpus.tool, sizeBytes };
    const job: Job = { ...place, frameHex: await planFrame(place) };
    for (const tool of [trafgen, pktgen]) await requireSameFrame(tool, job);
    return sectionOf(job, peer, goal, await measure(counters, job, rounds));
  } finally {
    counters.close();
  }
}

/** A comparison of different frames would be none: what arrives is compared with the plan, byte by byte. */
async function requireSameFrame(tool: Tool, job: Job): Promise<void> {
  const capture = await Capture.start(job.namespace.prefix, job.device.seenAt, 1);
  try {
    await tool.sendFew(job);
    await capture.complete();
    const [seen] = capture.frames();
    if (seen !== job.frameHex) throw new Error(`${tool.name} sent ${seen} instead of ${job.frameHex}`);
  } finally {
    capture.remove();
  }
}

/** Turn by turn, so that whatever else happens on the machine happens to both. */
async function measure(
  counters: Counters,
  job: Job,
  rounds: number,
): Promise<{ trafgen: number[]; pktgen: number[] }> {
  const frameBytes = job.frameHex.length / 2;
  const mpps = { trafgen: [] as number[], pktgen: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    mpps.trafgen.push((await counters.rateOf(() => trafgen.send(job), frameBytes)) / 1e6);
    mpps.pktgen.push((await counters.rateOf(() => pktgen.send(job), frameBytes)) / 1e6);
  }
  return mpps;
}

function sectionOf(
  job: Job,
  peer: string,
  goal: number,
  mpps: { trafgen: number[]; pktgen: number[] },
): Section {
  const theirs = rowOf(peer, 'Mpps', mpps.trafgen);
  const ours = rowOf(pktgen.name, 'Mpps', mpps.pktgen);
  return {
    title: `${job.device.label}, ${job.sizeBytes}-byte frames, CPU ${job.cpu}`,
    rows: [theirs, ours],
    goals: [goalOf('ratio of the medians', ours.median / theirs.median, '≥', goal)],
  };
}
