import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../errors.js';
import { didYouMean } from '../suggest.js';

const FOLDER = new URL('../../profiles/', import.meta.url);
const ENDING = '.yaml';

export interface ShippedProfile {
  readonly name: string;
  readonly description: string;
  readonly file: string;
}

/** What has a slash or ends like a file is one; all else is the name of a shipped profile. Throws UsageError. */
export function profileFile(name: string): string {
  if (name.includes('/') || /\.ya?ml$/.test(name)) return name;
  const names = shippedNames();
  if (!names.includes(name)) {
    throw new UsageError(
      `no profile '${name}'; ${didYouMean(name.slice(0, 64), names)}; a file of yours needs a / or .yaml`,
    );
  }
  return fileOf(name);
}

export function fileOf(name: string): string {
  return fileURLToPath(new URL(`${name}${ENDING}`, FOLDER));
}

export function shippedNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .sort();
}
