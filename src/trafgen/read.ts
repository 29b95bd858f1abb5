import path from 'node:path';
import { HostError, messageOf } from '../errors.js';
import type { Stream } from '../model/traffic.js';
import { readBounded } from '../profile/file.js';
import { MAX_TEXT_CHARACTERS } from './limits.js';
import { parseTrafgen } from './parse.js';
import { preprocess } from './preprocess.js';

/**
 * The packets of a trafgen configuration, in the order of the file; `cpp`: through the C preprocessor first.
 * @throws UsageError, HostError: one line each.
 */
export async function readTrafgen(
  file: string,
  { cpp = false, seed }: { readonly cpp?: boolean; readonly seed?: number } = {},
): Promise<Stream[]> {
  const bytes = await readBounded(file, MAX_TEXT_CHARACTERS).catch((error: unknown) => {
    throw new HostError('NO_FILE', `${file}: ${messageOf(error)}`, { cause: error });
  });
  const text = bytes.toString('utf8');
  const source = { file, ...(seed !== undefined && { seed }) };
  return parseTrafgen(cpp ? preprocess(text, file) : text, source);
}

/** The same as a profile in YAML. */
export async function convertTrafgen(
  file: string,
  options: { readonly cpp?: boolean } = {},
): Promise<string> {
  const [streams, { convertToYaml }] = await Promise.all([
    readTrafgen(file, options),
    import('./convert.js'),
  ]);
  return convertToYaml(streams, path.basename(file));
}
