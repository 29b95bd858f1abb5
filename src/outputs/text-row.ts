import type { RunPlan } from '../run/plan.js';
import type { Figures } from '../run/rates.js';
import { formatBps, formatCount, formatNs, formatPps } from '../units.js';

const HEADINGS = ['time', 'cpu', 'rate', 'L2', 'L1', '% line', 'ns/pkt', 'cpu ns/pkt', 'pkts/call', 'busy'];
const WIDTHS = [8, 6, 11, 13, 13, 7, 9, 11, 10, 8];
/** What is left out first where there is no room for all. */
const DISPENSABLE = ['L1', 'busy', 'L2'];

/** A table for a terminal as wide: rows that would wrap leave columns out. null: all of them. */
export class Table {
  private readonly shown: readonly boolean[];

  constructor(room: number | null) {
    let shown = HEADINGS.map(() => true);
    for (const heading of DISPENSABLE) {
      if (room === null || widthOf(shown) <= room) break;
      shown = shown.map((is, i) => is && HEADINGS[i] !== heading);
    }
    this.shown = shown;
  }

  headings(): string {
    return this.columns(HEADINGS);
  }

  /** Figures of a worker, or of all together, below the headings. `time` is up to eight characters long, `cpu` up to six. */
  row(time: string, cpu: string, figures: Figures, plan: RunPlan | undefined): string {
    return this.columns([
      time,
      cpu,
      formatPps(figures.pps),
      formatBps(figures.bpsL2),
      formatBps(figures.bpsL1),
      percentOfLine(figures, plan),
      fitted(figures.nsPerPacket, formatNs),
      fitted(figures.cpuNsPerPacket, formatNs),
      figures.packetsPerSyscall === null ? '–' : figures.packetsPerSyscall.toFixed(1),
      fitted(figures.busy, (count) => formatCount(count ?? 0)),
    ]);
  }

  private columns(cells: readonly string[]): string {
    const padded = cells.map((cell, i) => cell.padStart(WIDTHS[i] ?? 0));
    return padded.filter((_, i) => this.shown[i]).join(' ');
  }
}

function widthOf(shown: readonly boolean[]): number {
  const widths = WIDTHS.filter((_, i) => shown[i]);
  return widths.reduce((sum, width) => sum + width + 1, -1);
}

/** Since the start of the run: from 10,000 s on without tenths. */
export function moment(seconds: number): string {
  return `${seconds.toFixed(seconds < 9999.95 ? 1 : 0)} s`;
}

function percentOfLine({ bpsL1 }: Figures, plan: RunPlan | undefined): string {
  const lineRateBps = plan?.schedule.lineRateBps;
  return lineRateBps ? fitted((100 * bpsL1) / lineRateBps, (share) => (share ?? 0).toFixed(2), 1e4) : '–';
}

/** Four digits and the power of ten, where all of them would push the columns behind out of line. */
function fitted(value: number | null, format: (value: number | null) => string, most = 1e6): string {
  return value !== null && value >= most ? value.toExponential(most < 1e6 ? 1 : 2) : format(value);
}
