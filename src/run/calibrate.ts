import { HostError, messageOf, PktgenError } from '../errors.js';
import type { OptionValue } from '../native/index.js';
import { awaitCarrier } from '../system/carrier.js';
import { median } from '../units.js';
import { checkAsked } from './asked.js';
import {
  bestRow,
  CALIBRATION_VERSION,
  type Calibration,
  type CalibrationKey,
  type CalibrationRow,
  valuesAround,
} from './calibration.js';
import { usableByRank } from './choice.js';
import { engineNamed } from './engine-options.js';
import { LIMITS, type RunOptions, type RunPlan, resolvePlan } from './plan.js';
import { judge } from './probe.js';
import { startRun } from './session.js';
import type { Summary } from './summary.js';

/** So often each candidate has its turn; noise then hits all of them. */
const ROUNDS = 3;
/** Half a second for each engine, over all rounds. */
const ENGINE_ROUND_NS = 0.5e9 / ROUNDS;
const TUNING_ROUND_NS = 0.1e9;

export interface CalibrateOptions {
  /** Told before each stage what it compares. */
  readonly onStage?: (stage: CalibrationRow['stage'], plans: readonly RunPlan[]) => void;
  /** Told after each stage what came out. */
  readonly onRows?: (rows: readonly CalibrationRow[]) => void;
}

/**
 * Measures every engine that can send this traffic there, in turn, then batches and rings of the best. Sends for about
 * half a second an engine and a tenth a variant.
 * @throws UsageError, NotPermittedError, HostError as resolvePlan() does, and when the device fails meanwhile.
 */
export async function calibrate(
  options: RunOptions,
  { onStage = () => {}, onRows = () => {} }: CalibrateOptions = {},
): Promise<Calibration> {
  const { key, plans } = await candidatePlans(options);
  const stage: RunStage = async (name, variants, roundNs) => {
    onStage(name, variants);
    const rows = await compare(name, variants, roundNs);
    onRows(rows);
    return rows;
  };
  const engineRows = await stage('engine', plans, ENGINE_ROUND_NS);
  const chosen = bestRow(engineRows, engineRows[0]);
  const plan = chosen && plans[engineRows.indexOf(chosen)];
  if (!chosen || !plan) throw nothingRan(engineRows);
  const stages = [...batchStage(plan, options), ...ringStages(plan, options)];
  const tuning = await tune(plan, stages, stage);
  return {
    version: CALIBRATION_VERSION,
    key,
    measuredAt: new Date().toISOString(),
    rows: [...engineRows, ...tuning.rows],
    best: {
      engine: plan.engine.name,
      batch: tuning.plan.batch,
      tuned: changesOf(plan.engine.options, tuning.plan.engine.options),
      pps: tuning.pps ?? chosen.pps ?? 0,
    },
  };
}

async function candidatePlans(options: RunOptions): Promise<{ key: CalibrationKey; plans: RunPlan[] }> {
  const { candidates, occasion, key } = await checkAsked(asFastAsPossible(options));
  const judged = judge(candidates, occasion);
  const usable = candidates.length === 1 ? judged : usableByRank(judged);
  // Without any, the usual error.
  const names = usable.length === 0 ? [undefined] : usable.map(({ engine }) => engine.name);
  const plans: RunPlan[] = [];
  for (const engine of names) {
    const asked = engine === undefined ? options : { ...options, engine };
    const { calibration: _, ...plain } = { ...asked, ...crewOf(options) };
    const plan = await resolvePlan({ ...asFastAsPossible(plain), cache: false });
    // One model for all, so that it is compiled once.
    plans.push({ ...plan, traffic: plans[0]?.traffic ?? plan.traffic });
  }
  return { key, plans };
}

/** A rate would make all engines equal. */
function asFastAsPossible({ shape: _shape, warmupNs: _warmupNs, ...options }: RunOptions): RunOptions {
  return { ...options, topSpeed: true };
}

/** As many workers for every engine: one, unless it was said. */
function crewOf({ cpus, workers }: RunOptions): { workers?: number } {
  return cpus === undefined && workers === undefined ? { workers: 1 } : {};
}

type RunStage = (
  stage: CalibrationRow['stage'],
  plans: readonly RunPlan[],
  roundNs: number,
) => Promise<CalibrationRow[]>;

interface Stage {
  readonly name: 'batch' | 'ring';
  readonly variantsOf: (plan: RunPlan) => RunPlan[];
}

function batchStage(plan: RunPlan, { batch }: RunOptions): Stage[] {
  if (batch !== undefined) return [];
  const batches = valuesAround(plan.batch, 1, LIMITS.batch);
  return [{ name: 'batch', variantsOf: (base) => batches.map((value) => ({ ...base, batch: value })) }];
}

/** Rings are the engine's whole numbers that are powers of two. */
function ringStages(plan: RunPlan, { engineOptions = {} }: RunOptions): Stage[] {
  const own = engineNamed(plan.engine.name)?.options ?? [];
  return own.flatMap((option) => {
    if (option.type !== 'integer' || !option.powerOfTwo || option.name in engineOptions) return [];
    const values = valuesAround(option.fallback, option.minimum, option.maximum);
    const withRing = (base: RunPlan, value: number): RunPlan => ({
      ...base,
      engine: { ...base.engine, options: { ...base.engine.options, [option.name]: value } },
    });
    return [{ name: 'ring', variantsOf: (base) => values.map((value) => withRing(base, value)) } as const];
  });
}

async function tune(
  start: RunPlan,
  stages: readonly Stage[],
  runStage: RunStage,
): Promise<{ plan: RunPlan; pps: number | null; rows: CalibrationRow[] }> {
  let plan = start;
  let pps: number | null = null;
  const all: CalibrationRow[] = [];
  for (const { name, variantsOf } of stages) {
    const variants = variantsOf(plan);
    const rows = await runStage(name, variants, TUNING_ROUND_NS);
    const usual = rows[variants.findIndex((variant) => isSame(variant, plan))];
    const best = bestRow(rows, usual);
    plan = (best && variants[rows.indexOf(best)]) ?? plan;
    pps = best?.pps ?? pps;
    all.push(...rows);
  }
  return { plan, pps, rows: all };
}

function isSame(a: RunPlan, b: RunPlan): boolean {
  return a.batch === b.batch && Object.keys(changesOf(a.engine.options, b.engine.options)).length === 0;
}

type Options = Readonly<Record<string, OptionValue>>;

/** What is different in `after`. */
function changesOf(before: Options, after: Options): Options {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value));
}

interface Sample {
  readonly pps: number;
  readonly lost: number;
}

/** Turn by turn: A B C A B C. */
async function compare(
  stage: CalibrationRow['stage'],
  plans: readonly RunPlan[],
  roundNs: number,
): Promise<CalibrationRow[]> {
  const samples = plans.map(() => [] as Sample[]);
  const failures = plans.map(() => '');
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, plan] of plans.entries()) {
      if (failures[i] !== '') continue;
      try {
        samples[i]?.push(await measure(plan, roundNs));
      } catch (error) {
        if (!(error instanceof PktgenError) || error.code === DEVICE_FAILED) throw error;
        failures[i] = messageOf(error);
      }
    }
  }
  return plans.map((plan, i) => rowOf(stage, plan, samples[i] ?? [], failures[i] ?? ''));
}

const DEVICE_FAILED = 'DEVICE_FAILED';
/** These concern the device, and so every engine. */
const FATAL = ['link-gone', 'link-down', 'no-carrier', 'mtu-lowered'];

async function measure(plan: RunPlan, durationNs: number): Promise<Sample> {
  const limited = { ...plan, countPackets: null, loops: null, durationNs: Math.round(durationNs) };
  // The one before may have taken its XDP program away just now.
  if (plan.target.kind === 'interface') await awaitCarrier(plan.target.name);
  const summary = await (await startRun(limited)).done;
  const fatal = summary.findings.find(({ code }) => FATAL.includes(code));
  if (fatal) throw new HostError(DEVICE_FAILED, `while calibrating: ${fatal.message}`);
  return sampleOf(summary);
}

function sampleOf({ total, device }: Summary): Sample {
  // Fewer than were sent are the truth; more are somebody else's.
  const missing = device && total.packets > 0 ? Math.max(0, -device.differencePackets) / total.packets : 0;
  return { pps: total.pps * (1 - missing), lost: missing };
}

function rowOf(
  stage: CalibrationRow['stage'],
  plan: RunPlan,
  samples: readonly Sample[],
  failure: string,
): CalibrationRow {
  const rates = samples.map(({ pps }) => pps);
  const isMeasured = failure === '' && rates.length > 0;
  const defaults = engineNamed(plan.engine.name)?.options ?? [];
  const usual = Object.fromEntries(defaults.map((o) => [o.name, 'fallback' in o ? o.fallback : '']));
  return {
    stage,
    engine: plan.engine.name,
    batch: plan.batch,
    options: changesOf(usual, plan.engine.options),
    workers: plan.workers.length,
    farEndDoes: plan.target.kind === 'lab' ? plan.target.farEndDoes : null,
    pps: isMeasured ? median(rates) : null,
    leastPps: isMeasured ? Math.min(...rates) : null,
    mostPps: isMeasured ? Math.max(...rates) : null,
    lost: samples.length > 0 ? median(samples.map(({ lost }) => lost)) : 0,
    failure,
  };
}

function nothingRan(rows: readonly CalibrationRow[]): HostError {
  const reasons = rows.map(
    ({ engine, failure }) => `${engine}: ${failure || 'sent nothing that was counted'}`,
  );
  return new HostError('NO_ENGINE', `while calibrating no engine could send: ${reasons.join('; ')}`);
}
