// What pktgen's own loop costs: the `null` engine sends nothing, so all that is left is ours.
// `npm run bench:null -- [--rounds N] [--size BYTES] [--json]`; needs no rights.
import { pktgenJson } from '../test/support/pktgen.js';
import { chooseCpus, describeMachine, type Options, runBench } from './bench.js';
import { goalOf, report, rowOf, type Section } from './report.js';

const ROUNDS = 5;
const GOAL_MPPS = 150;

await runBench('null', ROUNDS, async (options) => {
  const machine = await describeMachine();
  report('null', machine, options, [await measure(options)]);
});

async function measure({ rounds, sizeBytes }: Options): Promise<Section> {
  const cpu = chooseCpus().tool;
  const mpps: number[] = [];
  const ns: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { total } = await pktgenJson(argumentsFor(cpu, sizeBytes));
    mpps.push(total.pps / 1e6);
    ns.push(total.nsPerPacket ?? Number.NaN);
  }
  const rate = rowOf('rate', 'Mpps', mpps);
  return {
    title: `null engine, static ${sizeBytes}-byte frame, one worker on CPU ${cpu}`,
    rows: [rate, rowOf('time a packet', 'ns', ns)],
    goals: [goalOf('rate', rate.median, '≥', GOAL_MPPS)],
  };
}

function argumentsFor(cpu: number, sizeBytes: number): string[] {
  return ['--engine', 'null', '--size', `${sizeBytes}`, '--cpus', `${cpu}`, '--duration', '1s'];
}
