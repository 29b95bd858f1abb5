/**
 * pktgen as a library: resolve a plan, start it, watch it, steer it, await its summary.
 *
 *     const run = await startRun(await resolvePlan({ lab: true, countPackets: 1_000_000 }));
 *     for await (const snapshot of run.watch(1000)) console.log(totalFigures(undefined, snapshot).pps);
 *     const summary = await run.done;
 */

export type { Layer } from './capture/decode.js';
export { type Peeked, type PeekedFrame, type PeekOptions, type PeekPlace, peek } from './capture/peek.js';
export { formatPeeked } from './capture/peek-text.js';
export { MAX_CAPTURE_FRAMES, type ReplayOptions, replayTraffic } from './capture/traffic.js';
export { protocolNames } from './compile/catalogue.js';
export { type Problem, TrafficError } from './compile/problems.js';
export type { CaptureFacts } from './compile/program.js';
export { endsByItself } from './compile/timing.js';
export * from './errors.js';
export * from './model/timing.js';
export * from './model/traffic.js';
export type {
  LatePolicy,
  NativeEngineInfo as EngineInfo,
  NativeEngineOption as EngineOption,
  OptionValue,
  Pacing,
} from './native/index.js';
export { hexDump } from './outputs/hex-dump.js';
export { type Output, openOutput } from './outputs/output.js';
export {
  listProfiles,
  type Profile,
  profileJsonSchema,
  readProfiles,
  readProfileText,
} from './profile/lazy.js';
export { profileFile, type ShippedProfile } from './profile/names.js';
export { parsePacket } from './profile/packet.js';
export { ProfileError, type ProfileProblem } from './profile/problem.js';
export { parseSizes } from './profile/sizes.js';
export { formatRate, formatShape, formatTimeNs } from './rate/format.js';
export { forFlag, parseLineRateBps, parseRate, parseShape, parseSpeed } from './rate/parse.js';
export type { RateFigures, ResolvedShape } from './rate/resolve.js';
export { shapeEnds } from './rate/segments.js';
export { type CalibrateOptions, calibrate } from './run/calibrate.js';
export type { Calibration, CalibrationKey, CalibrationRow } from './run/calibration.js';
export { saveCalibration } from './run/calibration-store.js';
export { AUTO, type ChosenBy } from './run/choice.js';
export { engines, flagOf } from './run/engine-options.js';
export type { Lateness, PaceSummary } from './run/pace.js';
export { peekRun } from './run/peek.js';
export {
  DEFAULTS,
  type EnginePlan,
  LIMITS,
  type RunOptions,
  type RunPlan,
  resolvePlan,
} from './run/plan.js';
export { type Preview, type PreviewFrame, type PreviewStream, previewTraffic } from './run/preview.js';
export { type Figures, type TimeSplit, totalFigures, workerFigures } from './run/rates.js';
export { describeRate, type LaneSchedule, type ScheduleOptions, type SchedulePlan } from './run/schedule.js';
export { type RunSeries, startSeries } from './run/series.js';
export { type Run, type RunWays, startRun } from './run/session.js';
export type {
  EndReason,
  LinkDelta,
  Snapshot,
  StreamCount,
  WorkerSnapshot,
  WorkerState,
} from './run/snapshot.js';
export type { DeviceSummary, FarEndSummary, Finding, Summary, WorkerSummary } from './run/summary.js';
export { type EngineReport, type Survey, surveyEngines } from './run/survey.js';
export type { Target, TargetOptions } from './run/target.js';
export type { TrafficOptions } from './run/traffic.js';
export type { WorkerOptions, WorkerPlan } from './run/workers.js';
export { didYouMean, nearest } from './suggest.js';
export { formatCpus } from './system/cpus.js';
export { type Device, type EngineFit, listDevices, type XdpFeature } from './system/devices.js';
export type { FarEndDoes } from './system/lab.js';
export { convertTrafgen, readTrafgen } from './trafgen/read.js';
export * from './units.js';
