import {
  AUTO,
  type Calibration,
  type CalibrationRow,
  calibrate,
  flagOf,
  formatNs,
  formatPps,
  type RunOptions,
  type RunPlan,
  saveCalibration,
} from '../index.js';
import type { Values } from './command.js';

/** Measures, shows what comes out of it, and keeps it unless --no-cache is given. */
export async function calibrateAloud(options: RunOptions, values: Values): Promise<Calibration> {
  const isForMachines = values['json'] || values['json-lines'];
  const write = (text: string) => (isForMachines ? process.stderr : process.stdout).write(`${text}\n`);
  const quiet = values['quiet'] === true;
  const calibration = await calibrate(options, {
    onStage: (stage, plans) => {
      if (!quiet) write(headingOf(stage, plans));
    },
    onRows: (rows) => {
      if (!quiet) write(tableOf(rows));
    },
  });
  if (!quiet) write(bestOf(calibration));
  const isReusable = values['no-cache'] !== true && (options.engine ?? AUTO) === AUTO;
  for (const note of isReusable ? saveCalibration(calibration) : []) write(`note     ${note}`);
  return calibration;
}

function headingOf(stage: CalibrationRow['stage'], plans: readonly RunPlan[]): string {
  const names = plans.map((plan) => plan.engine.name).join(', ');
  if (stage === 'engine') return `calibrating: ${names}, in turn, half a second each`;
  return `calibrating: ${stage} of ${plans[0]?.engine.name}`;
}

function tableOf(rows: readonly CalibrationRow[]): string {
  return rows.map((row) => `  ${nameOf(row).padEnd(NAME_COLUMNS)} ${figuresOf(row)}`).join('\n');
}

const NAME_COLUMNS = 44;
const PPS_COLUMNS = 12;
const NS_COLUMNS = 10;

function nameOf({ engine, options, batch, workers, farEndDoes }: CalibrationRow): string {
  const flags = Object.entries(options).map(([name, value]) =>
    value === true ? flagOf(name) : `${flagOf(name)} ${value}`,
  );
  const crew = workers > 1 ? ` (${workers} workers)` : '';
  const farEnd = farEndDoes === 'drop' ? ', far end drops' : '';
  return `${[engine, ...flags, `--batch ${batch}`].join(' ')}${crew}${farEnd}`;
}

function figuresOf({ pps, leastPps, mostPps, lost, failure }: CalibrationRow): string {
  if (pps === null || leastPps === null || mostPps === null) return `could not run: ${failure}`;
  const missing = lost > 0 ? `, ${(100 * lost).toFixed(2)} % not counted by the device` : '';
  const cost = `${formatNs(1e9 / pps)} ns`.padStart(NS_COLUMNS);
  return `${formatPps(pps).padStart(PPS_COLUMNS)} ${cost} (${formatPps(leastPps)} to ${formatPps(mostPps)})${missing}`;
}

function bestOf({ best }: Calibration): string {
  const tuned = Object.entries(best.tuned).map(([name, value]) => `${flagOf(name)} ${value}`);
  return `best     ${[best.engine, ...tuned, `--batch ${best.batch}`].join(' ')}: ${formatPps(best.pps)}\n`;
}
