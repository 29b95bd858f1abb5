import type { Figures } from '../../run/rates.js';
import { count, decimal, ns, percent, pps } from '../numbers.js';
import type { Style } from '../page.js';
import type { View, WorkerView } from '../view.js';

/** One column of the table of the workers. */
export interface Column {
  readonly title: string;
  readonly width: number;
  readonly text: (worker: WorkerView, view: View) => string;
  /** Of all workers together; default nothing. */
  readonly total?: (view: View) => string;
  readonly style?: (worker: WorkerView, view: View) => Style;
}

/** What of a time is shown is red from here. */
const MUCH = 0.1;

export const share = (part: number, whole: number) => (whole > 0 ? part / whole : null);
/** Of the time: attempts in vain need no call, and are as many as the worker is quick. */
export const roomShare = ({ times }: { readonly times: WorkerView['times'] }) =>
  share(times.roomSeconds, times.seconds);
export const lostShare = ({ times }: { readonly times: WorkerView['times'] }) =>
  share(times.offCpuSeconds + times.stolenSeconds, times.seconds);
export const callsPerSecond = ({ syscalls, seconds }: Figures) => share(syscalls, seconds) ?? 0;
export const warnIf = (value: number | null): Style => (value !== null && value >= MUCH ? 'warn' : 'plain');

const CPU: Column = {
  title: 'cpu',
  width: 4,
  text: ({ snapshot }) => String(snapshot.cpu),
  total: () => 'all',
  style: () => 'strong',
};
const QUEUE: Column = {
  title: 'queue',
  width: 5,
  text: ({ queue }, { glyphs }) => (queue === null ? glyphs.dash : String(queue)),
};
const PPS: Column = {
  title: 'rate',
  width: 10,
  text: ({ rates }, { glyphs }) => pps(rates.pps, glyphs),
  total: ({ total, glyphs }) => pps(total.pps, glyphs),
  style: () => 'strong',
};
const SHARE: Column = {
  title: 'share %',
  width: 7,
  text: ({ rates }, { total, glyphs }) => percent(share(rates.packets, total.packets), glyphs),
  total: ({ total, glyphs }) => percent(share(total.packets, total.packets), glyphs),
};
const NS: Column = {
  title: 'ns/pkt',
  width: 7,
  text: ({ rates }, { glyphs }) => ns(rates.nsPerPacket, glyphs, 7),
  total: ({ total, glyphs }) => ns(total.nsPerPacket, glyphs, 7),
  style: () => 'strong',
};
const CPU_NS: Column = {
  title: 'cpu ns',
  width: 7,
  text: ({ rates }, { glyphs }) => ns(rates.cpuNsPerPacket, glyphs, 7),
  total: ({ total, glyphs }) => ns(total.cpuNsPerPacket, glyphs, 7),
};
/** Where there is room for the whole title. */
const WIDE_CPU_NS: Column = { ...CPU_NS, title: 'cpu ns/pkt', width: 10 };
const WIDE_FROM = 90;
export const PER_CALL: Column = {
  title: 'pkts/call',
  width: 9,
  text: ({ rates }, { glyphs }) => decimal(rates.packetsPerSyscall, glyphs, 9),
  total: ({ total, glyphs }) => decimal(total.packetsPerSyscall, glyphs, 9),
};
export const CALLS: Column = {
  title: 'calls/s',
  width: 9,
  text: ({ rates }, { glyphs }) => count(callsPerSecond(rates), glyphs, 9),
  total: ({ total, glyphs }) => count(callsPerSecond(total), glyphs, 9),
};
export const ROOM: Column = {
  title: 'room %',
  width: 6,
  text: (worker, { glyphs }) => percent(roomShare(worker), glyphs),
  total: (view) => percent(roomShare(view), view.glyphs),
  style: (worker) => warnIf(roomShare(worker)),
};
export const LOST: Column = {
  title: 'off-CPU %',
  width: 9,
  text: (worker, { glyphs }) => percent(lostShare(worker), glyphs),
  total: (view) => percent(lostShare(view), view.glyphs),
  style: (worker) => warnIf(lostShare(worker)),
};
const ERRORS: Column = {
  title: 'errors',
  width: 18,
  text: ({ snapshot, mean }, { glyphs }) => errorsText(mean.errors, glyphs, snapshot.endError),
  style: ({ mean }) => (Object.keys(mean.errors).length > 0 ? 'bad' : 'faint'),
};

export function errorsText(
  errors: Readonly<Record<string, number>>,
  glyphs: View['glyphs'],
  endError: string | null = null,
): string {
  const names = Object.entries(errors).map(([name, times]) => `${name} ${count(times, glyphs, 9)}`);
  return [...(endError ? [`ended: ${endError}`] : []), ...names].join(', ') || 'none';
}

const BASE: readonly Column[] = [CPU, QUEUE, PPS, SHARE, NS, CPU_NS];
/** The first that fit. */
const MORE: readonly Column[] = [PER_CALL, ROOM, LOST, CALLS, ERRORS];
export const LEAST_BAR = 34;
export const NARROWEST_BAR = 8;

export const widthOfColumns = (columns: readonly Column[]) =>
  columns.reduce((sum, { width }) => sum + width + 1, 0);

/** On the overview bars come first, on the page of the workers the columns. */
export function columnsFor(columns: number, leastBar: number): Column[] {
  const chosen = [...BASE];
  // Without the dispensable ones of a narrow terminal.
  for (const dispensable of [CPU_NS, QUEUE]) {
    if (widthOfColumns(chosen) + NARROWEST_BAR > columns) chosen.splice(chosen.indexOf(dispensable), 1);
  }
  for (const one of MORE) {
    if (widthOfColumns(chosen) + one.width + 1 + leastBar > columns) break;
    chosen.push(one);
  }
  const wider = WIDE_CPU_NS.width - CPU_NS.width;
  if (columns < WIDE_FROM || widthOfColumns(chosen) + wider + leastBar > columns) return chosen;
  return chosen.map((column) => (column === CPU_NS ? WIDE_CPU_NS : column));
}
