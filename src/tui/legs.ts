import { flagOf } from '../run/engine-options.js';
import type { RunPlan } from '../run/plan.js';
import { doneBy } from '../run/rest.js';
import type { Summary } from '../run/summary.js';
import { formatCpus } from '../system/cpus.js';
import { formatCount, formatNs, formatNumberOf, formatPps, formatSeconds } from '../units.js';

/**
 * One line for each part of a run whose parts differ: what it was, and what came of it; and what all of them sent, and whether
 * device and far end agree with that.
 */
export function describeLegs(legs: readonly Summary[]): string[] {
  if (legs.length < 2) return [];
  const hasOtherStreams = new Set(legs.map(({ plan }) => streamsOf(plan))).size > 1;
  const parts = legs.map((leg, i) => {
    const { plan, total } = leg;
    const what = [
      engineOf(plan, legs),
      ...(hasOtherStreams ? [streamsOf(plan)] : []),
      sizesOf(plan),
      `CPU ${formatCpus(plan.workers.map(({ cpu }) => cpu))}`,
      rateOf(leg),
    ].join(', ');
    return `part ${String(i + 1).padEnd(3)} ${what}: ${formatNumberOf(total.packets, 'frame')} in ${formatSeconds(total.seconds)}, ${formatPps(total.pps)}, ${formatNs(total.nsPerPacket)} ns per packet`;
  });
  return [...parts, ...describeAll(legs)];
}

function describeAll(legs: readonly Summary[]): string[] {
  const { packets, bytes, seconds } = doneBy(legs);
  const mean = seconds > 0 ? `, ${formatPps(packets / seconds)}` : '';
  const device = addUp(legs.flatMap(({ device }) => device ?? []));
  const farEnd = addUp(legs.flatMap(({ farEnd }) => farEnd ?? []));
  const counted = sum(legs, ({ device }) => device?.countedPackets ?? 0);
  const dropped = sum(legs, ({ device }) => device?.txDropped ?? 0);
  const received = sum(legs, ({ farEnd }) => farEnd?.rxPackets ?? 0);
  return [
    `all      ${formatNumberOf(packets, 'frame')}, ${formatCount(bytes)} bytes (FCS included) in ${formatSeconds(seconds)}${mean}`,
    ...(device
      ? [
          `         device ${device.name} counted ${formatCount(counted)}, dropped ${formatCount(dropped)}: ${deviceVerdict(device)}`,
        ]
      : []),
    ...(farEnd
      ? [`         far end ${farEnd.name} received ${formatCount(received)}: ${farEndVerdict(farEnd)}`]
      : []),
  ];
}

/** What a link's account of all parts comes to. */
interface Compared {
  readonly name: string;
  readonly differencePackets: number;
  readonly agrees: boolean;
  readonly gone: boolean;
}

type Account = Pick<Compared, 'name' | 'differencePackets' | 'gone'> & { readonly agrees: boolean | null };

function addUp(accounts: readonly Account[]): Compared | null {
  const last = accounts.at(-1);
  if (!last) return null;
  return {
    name: last.name,
    differencePackets: sum(accounts, ({ differencePackets }) => differencePackets),
    // Frames that are missing in one part are not made up for by those of another one.
    agrees: accounts.every(({ agrees }) => agrees !== false),
    gone: last.gone,
  };
}

function deviceVerdict({ differencePackets, agrees, gone }: Compared): string {
  if (gone) return 'gone since';
  if (!agrees) return 'DISAGREES';
  return differencePackets === 0 ? 'agrees exactly' : 'agrees within 0.01 %';
}

function farEndVerdict({ differencePackets, agrees, gone }: Compared): string {
  if (gone) return 'gone since';
  if (differencePackets === 0) return agrees ? 'all arrived' : 'DISAGREES';
  return `${formatCount(Math.abs(differencePackets))} ${differencePackets < 0 ? 'missing' : 'more than sent'}`;
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

/** With the options that another part has differently; what goes past the queueing discipline always says so. */
function engineOf({ engine: { name, options } }: RunPlan, legs: readonly Summary[]): string {
  const alike = legs.filter(({ plan }) => plan.engine.name === name);
  const shown = Object.entries(options).flatMap(([option, value]) => {
    const matters =
      option === 'qdiscBypass' || alike.some(({ plan }) => plan.engine.options[option] !== value);
    if (!matters || value === false) return [];
    return [value === true ? flagOf(option) : `${flagOf(option)} ${value}`];
  });
  return [name, ...shown].join(' ');
}

function streamsOf({ traffic }: RunPlan): string {
  return formatNumberOf(traffic.streams.length, 'stream');
}

function sizesOf({ sizes: { minBytes, maxBytes } }: RunPlan): string {
  return minBytes === maxBytes ? `${minBytes} bytes` : `${minBytes} to ${maxBytes} bytes`;
}

/** At its end: rates are changed while a part goes on. */
function rateOf({ plan: { schedule }, pace }: Summary): string {
  if (!pace) return 'top speed';
  const changed = pace.changes > 0 ? ' at the end' : '';
  if (pace.changes === 0 && schedule.asked !== null) return schedule.asked;
  if (pace.askedPps !== null) return `${formatPps(pace.askedPps)}${changed}`;
  return pace.changes > 0 ? `top speed${changed}` : 'rates of streams';
}

/** The last part, with what was found in any of them. */
export function withAllFindings(legs: readonly Summary[]): Summary | undefined {
  const last = legs.at(-1);
  if (!last || legs.length === 1) return last;
  const findings = legs.flatMap((leg, i) =>
    leg.findings.map(({ code, message }) => ({
      code,
      message: leg === last ? message : `part ${i + 1}: ${message}`,
    })),
  );
  return { ...last, findings };
}
