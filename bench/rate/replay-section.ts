// A capture with known gaps, replayed: how far each gap and the whole are from what the capture has.
import type { Place } from '../measure.js';
import { figureGoal, type Goal, type Section } from '../report.js';
import type { SectionPlan } from '../sections/section.js';
import { type Column, medianIn, type TableRow } from '../table.js';
import { lapsOf, replayFigures, spreadTimes } from './recorded.js';
import type { PacedTool } from './tools/paced.js';
import { Captures, tcpreplay } from './tools/peers.js';
import { pktgenReplay } from './tools/pktgen.js';
import { inTurn, jobAt, see } from './turns.js';

const LENGTH_NS = 3e9;
const SHORTEST_GAP_NS = 2e4;
const LONGEST_GAP_NS = 2e7;
/** In µs and per cent. */
const P50_GOAL = 5;
const DURATION_GOAL = 0.1;

const COLUMNS: readonly Column[] = [
  { key: 'p50Us', label: 'p50 µs', digits: 2 },
  { key: 'p99Us', label: 'p99 µs', digits: 1 },
  { key: 'duration', label: 'duration off %', digits: 4 },
  { key: 'jointUs', label: 'between laps off µs', digits: 1 },
];

interface Variant {
  readonly loops: number;
  readonly speed: number;
  readonly pktgen: readonly string[];
  /** null: it has no such choice. */
  readonly tcpreplay: readonly string[] | null;
}

const VARIANTS: readonly Variant[] = [
  { loops: 1, speed: 1, pktgen: [], tcpreplay: [] },
  { loops: 1, speed: 1, pktgen: ['--pacing', 'spin'], tcpreplay: null },
  { loops: 2, speed: 1, pktgen: ['--loop', '2'], tcpreplay: ['--loop', '2'] },
  { loops: 1, speed: 2, pktgen: ['--speed', '2x'], tcpreplay: ['--multiplier', '2.0'] },
];

export const replaySection: SectionPlan = {
  name: 'replay',
  async measure(place) {
    const captures = new Captures();
    try {
      return [await compare(place, captures)];
    } finally {
      captures.remove();
    }
  },
};

interface Replay {
  readonly tool: PacedTool;
  readonly expectedNs: Float64Array;
}

async function compare(place: Place, captures: Captures): Promise<Section> {
  const job = await jobAt(place);
  const timesNs = spreadTimes(LENGTH_NS, SHORTEST_GAP_NS, LONGEST_GAP_NS);
  const file = captures.write('gaps.pcap', timesNs, job.frameHex);
  const replays = VARIANTS.flatMap((variant) => replaysOf(variant, file, timesNs));
  const tools = Object.fromEntries(
    replays.map(({ tool, expectedNs }) => [tool.name, { ...tool, expectedNs }]),
  );
  const rows = await inTurn(place, tools, async (tool) => {
    const { expectedNs } = tool;
    const seconds = (expectedNs.at(-1) ?? 0) / 1e9;
    const { arrivals } = await see(place, job, tool, { pps: Number.NaN, seconds });
    const figures = replayFigures(arrivals.timesNs, expectedNs, timesNs.length);
    return {
      p50Us: figures.p50Ns / 1e3,
      p99Us: figures.p99Ns / 1e3,
      duration: Math.abs(100 * figures.durationError),
      jointUs: figures.jointNs / 1e3,
    };
  });
  return {
    title: `${timesNs.length} frames in 3 s, gaps of 20 µs to 20 ms, ${job.device.label}`,
    rows: [],
    table: { columns: COLUMNS, rows: Object.values(rows) },
    goals: Object.values(rows)
      .filter(({ name }) => name.startsWith('pktgen'))
      .flatMap(goalsOf),
    notes: [
      'between two laps pktgen keeps the mean gap of the capture; tcpreplay documents no gap there, and none is asked of it',
    ],
  };
}

function replaysOf({ loops, speed, ...options }: Variant, file: string, timesNs: Float64Array): Replay[] {
  const meanGapNs = (timesNs.at(-1) ?? 0) / (timesNs.length - 1);
  const ours = {
    tool: pktgenReplay(file, options.pktgen),
    expectedNs: lapsOf(timesNs, loops, speed, meanGapNs / speed),
  };
  if (options.tcpreplay === null) return [ours];
  return [ours, { tool: tcpreplay(file, options.tcpreplay), expectedNs: lapsOf(timesNs, loops, speed, 0) }];
}

function goalsOf(row: TableRow): Goal[] {
  return [
    figureGoal(`${row.name}, gaps, p50 µs`, medianIn(row, 'p50Us'), '≤', P50_GOAL),
    figureGoal(`${row.name}, duration off, %`, medianIn(row, 'duration'), '≤', DURATION_GOAL),
  ];
}
