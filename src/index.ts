/**
 * pktgen as a library: resolve a plan, start it, watch it, steer it, await its summary.
 *
 *     const run = startRun(await resolvePlan({ lab: true, countPackets: 1_000_000 }));
 *     for await (const snapshot of run.watch(1000)) console.log(totalFigures(undefined, snapshot).pps);
 *     const summary = await run.done;
 */

export { protocolNames } from './compile/program.js';
export * from './errors.js';
export type * from './model/traffic.js';
export type {
  NativeEngineInfo as EngineInfo,
  NativeEngineOption as EngineOption,
  OptionValue,
} from './native/index.js';
export { type Output, openOutput } from './outputs/output.js';
export {
  DEFAULTS,
  engines,
  flagOf,
  LIMITS,
  type RunOptions,
  type RunPlan,
  resolvePlan,
  type WorkerPlan,
} from './run/plan.js';
export { type Figures, totalFigures, workerFigures } from './run/rates.js';
export { type Run, startRun } from './run/session.js';
export type { EndReason, LinkDelta, Snapshot, WorkerSnapshot, WorkerState } from './run/snapshot.js';
export type { DeviceSummary, FarEndSummary, Finding, Summary, WorkerSummary } from './run/summary.js';
export type { Target, TargetOptions } from './run/target.js';
export { didYouMean, nearest } from './suggest.js';
export { formatCpus } from './system/cpus.js';
export { type Device, type EngineFit, listDevices, type XdpFeature } from './system/devices.js';
export * from './units.js';
