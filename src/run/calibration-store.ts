import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { messageOf } from '../errors.js';
import {
  CALIBRATION_VERSION,
  type Calibration,
  type CalibrationKey,
  type CalibrationRow,
  digestOf,
} from './calibration.js';

/** Where measurements are kept; null without a home. XDG Base Directory Specification 0.8: a relative path is ignored. */
export function storeFolder(env: NodeJS.ProcessEnv = process.env): string | null {
  const { XDG_CACHE_HOME: cache = '', HOME: home = '' } = env;
  if (path.isAbsolute(cache)) return path.join(cache, 'pktgen');
  return path.isAbsolute(home) ? path.join(home, '.cache', 'pktgen') : null;
}

const fileOf = (folder: string, key: CalibrationKey) =>
  path.join(folder, `calibration-${digestOf(key)}.json`);

/** Far more than any table takes. */
const MOST_BYTES = 1 << 20;

/** What was measured for that key; a note instead when a file is there that cannot be used. Never throws. */
export function loadCalibration(
  key: CalibrationKey,
  folder = storeFolder(),
): { calibration: Calibration | null; notes: string[] } {
  if (folder === null) return { calibration: null, notes: [] };
  const file = fileOf(folder, key);
  try {
    return { calibration: validate(JSON.parse(readSmallFile(file)), key), notes: [] };
  } catch (error) {
    const isMissing = ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
    const note = `the measurement in ${file} cannot be used (${messageOf(error).split('\n')[0]}): --calibrate makes a new one`;
    return { calibration: null, notes: isMissing ? [] : [note] };
  }
}

/** Waits for nobody, as opening a FIFO would, and follows no link. */
function readSmallFile(file: string): string {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const status = fstatSync(fd);
    if (!status.isFile()) throw new Error('it is not a file');
    if (status.size > MOST_BYTES) throw new Error(`${status.size} bytes are too many`);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

/** Keeps it for later runs, readable for nobody else. Returns a note when that failed. Never throws. */
export function saveCalibration(calibration: Calibration, folder = storeFolder()): string[] {
  if (folder === null)
    return ['the measurement was not saved: neither XDG_CACHE_HOME nor HOME names a folder'];
  const file = fileOf(folder, calibration.key);
  const temporary = `${file}.${process.pid}`;
  try {
    makeFolder(folder);
    rmSync(temporary, { force: true });
    writeFileSync(temporary, `${JSON.stringify(calibration, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, file);
    return [];
  } catch (error) {
    discard(temporary);
    return [`the measurement was not saved: ${messageOf(error)}`];
  }
}

/** Step by step: below /proc, where nothing can be made, Node's own recursive way tries for ever. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(path.dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It is not there, or out of reach.
  }
}

function validate(read: unknown, key: CalibrationKey): Calibration {
  const found = read as Partial<Calibration> | null;
  if (found?.version !== CALIBRATION_VERSION) throw new Error('another version of pktgen wrote it');
  if (JSON.stringify(found.key) !== JSON.stringify(key)) throw new Error('it is about something else');
  const { best, rows, measuredAt } = found;
  const isSound =
    typeof best?.engine === 'string' &&
    Number.isInteger(best.batch) &&
    isRate(best.pps) &&
    isTable(best.tuned) &&
    Array.isArray(rows) &&
    rows.every(isRow) &&
    typeof measuredAt === 'string' &&
    Number.isFinite(Date.parse(measuredAt));
  if (!isSound) throw new Error('it is not complete');
  return found as Calibration;
}

const isRate = (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isTable = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

function isRow(value: unknown): boolean {
  const row = value as Partial<CalibrationRow> | null;
  const rates = [row?.pps, row?.leastPps, row?.mostPps];
  return (
    ['engine', 'batch', 'ring'].includes(row?.stage ?? '') &&
    typeof row?.engine === 'string' &&
    isTable(row.options) &&
    rates.every((rate) => rate === null || isRate(rate))
  );
}
