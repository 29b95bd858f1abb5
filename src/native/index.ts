import { createRequire } from 'node:module';
import path from 'node:path';
import { HostError, messageOf, NativeError } from '../errors.js';
import type { Binding } from './binding.js';

export type * from './binding.js';

let loaded: Binding | undefined;

/**
 * The native addon, loaded at the first call.
 * @throws HostError when it is missing: npm 12 skips install scripts that nobody allowed, without an error.
 */
export function native(): Binding {
  loaded ??= load();
  return loaded;
}

function load(): Binding {
  const require = createRequire(import.meta.url);
  const packageDirectory = path.resolve(import.meta.dirname, '../..');
  try {
    const binding = require('pkg-prebuilds')(
      packageDirectory,
      require('../../binding-options.cjs'),
    ) as Binding;
    binding.setErrorClass(NativeError);
    return binding;
  } catch (cause) {
    throw new HostError(
      'NO_ADDON',
      `the native addon is missing or does not load here (${messageOf(cause).split('\n')[0]}); build it with: npm rebuild pktgen, or in a clone: npm run setup`,
      { cause },
    );
  }
}
