import type { Rate, Shape } from '../model/timing.js';
import { formatDecimal, formatTimeNs } from './decimal.js';

export { formatTimeNs } from './decimal.js';

const PREFIXES = [
  { prefix: 'T', power: 12 },
  { prefix: 'G', power: 9 },
  { prefix: 'M', power: 6 },
  { prefix: 'k', power: 3 },
  { prefix: '', power: 0 },
] as const;
const NONE = { prefix: '', power: 0 } as const;

/** As parseRate() reads it: the same rate again. */
export function formatRate(rate: Rate): string {
  switch (rate.unit) {
    case 'pps':
      return withPrefix(rate.value, 'pps');
    case 'bps':
      return withPrefix(rate.value, rate.layer === 'l1' ? 'bps-l1' : 'bps');
    case 'percent':
      return `${formatDecimal(rate.value, 0)}%`;
    case 'gap':
      return `gap ${formatTimeNs(rate.gapNs)}`;
  }
}

/** As parseShape() reads it: the same shape again. */
export function formatShape(shape: Shape): string {
  switch (shape.kind) {
    case 'constant':
      return formatRate(shape.rate);
    case 'poisson':
      return `poisson ${formatRate(shape.rate)}`;
    case 'bursts':
      return formatBursts(shape);
    case 'on-off':
      return `on ${formatTimeNs(shape.onNs)} off ${formatTimeNs(shape.offNs)} ${formatRate(shape.rate)}`;
    case 'ramp': {
      const steps = shape.steps === null ? '' : ` steps ${shape.steps}`;
      return `ramp ${formatRate(shape.from)} to ${formatRate(shape.to)} in ${formatTimeNs(shape.timeNs)}${steps}`;
    }
    case 'steps':
      return `steps ${shape.steps.map(formatStep).join(', ')}`;
    case 'recorded':
      return shape.speed === 1 ? 'recorded' : `recorded ${formatDecimal(shape.speed, 0)}x`;
  }
}

function formatBursts({ packets, everyNs, at, times }: Extract<Shape, { kind: 'bursts' }>): string {
  return [
    `burst ${packets} every ${formatTimeNs(everyNs)}`,
    ...(at ? [`at ${formatRate(at)}`] : []),
    ...(times === null ? [] : [`times ${times}`]),
  ].join(' ');
}

function formatStep({ rate, timeNs }: { readonly rate: Rate; readonly timeNs: number | null }): string {
  return timeNs === null ? formatRate(rate) : `${formatRate(rate)} for ${formatTimeNs(timeNs)}`;
}

function withPrefix(value: number, unit: string): string {
  const { prefix, power } = PREFIXES.find((one) => value >= 10 ** one.power) ?? NONE;
  return `${formatDecimal(value, power)}${prefix}${unit}`;
}
