import type { Asked } from './asked.js';
import { type Calibration, chooseByMeasurement } from './calibration.js';
import { loadCalibration } from './calibration-store.js';
import { type Choice, chooseByRule, type Judged, takeOnly } from './choice.js';
import { sendsSingleFrames, wantsSingleFrames } from './granularity.js';
import { judge } from './probe.js';

/** Where to look for measurements. */
export interface MeasurementOptions {
  /** Just made: it decides. */
  readonly calibration?: Calibration;
  /** Use what was measured before for the same host, device and traffic. Default true. */
  readonly cache?: boolean;
}

/**
 * The engine that was named; else the one that was measured to be the fastest, else the one that is so by rule.
 * @throws NotPermittedError, HostError
 */
export function chooseEngine(
  asked: Asked,
  options: MeasurementOptions,
): { readonly choice: Choice; readonly notes: readonly string[] } {
  const { calibration, notes } = measurementFor(asked, options);
  const singly = !asked.wasNamed && wantsSingleFrames(asked.schedule, asked.occasion.workers);
  const judged = judge(asked.candidates, asked.occasion, calibration === null && !singly);
  const fine = singly ? judged.filter(sendsSingleFrames) : judged;
  const measured = calibration && chooseByMeasurement(fine, calibration);
  if (measured) {
    return { choice: asked.wasNamed ? { ...measured, chosen: 'asked', why: '' } : measured, notes };
  }
  return { choice: chooseUnmeasured(judged, asked, singly), notes };
}

function chooseUnmeasured(
  judged: readonly Judged[],
  { candidates, place, wasNamed }: Asked,
  singly: boolean,
): Choice {
  const named = { flag: place.flag, name: 'name' in place.target ? place.target.name : place.flag };
  const [only] = judged;
  if (only && candidates.length === 1) return takeOnly(only, named, wasNamed);
  return chooseByRule(judged, named, singly);
}

function measurementFor(
  { wasNamed, key }: Asked,
  { calibration, cache = true }: MeasurementOptions,
): ReturnType<typeof loadCalibration> {
  if (calibration) return { calibration, notes: [] };
  // An engine that is named is taken as it is.
  return cache && !wasNamed ? loadCalibration(key) : { calibration: null, notes: [] };
}
