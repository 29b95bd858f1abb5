// Schema and YAML take a tenth of a second to load: only runs that read a profile wait for them.
import type { ProfileError } from './problem.js';
import type { Profile, ReadOptions } from './read.js';

export type { Profile, ProfileError, ReadOptions };

/** @see readProfiles of ./read.ts */
export async function readProfiles(names: readonly string[], options?: ReadOptions): Promise<Profile> {
  return (await import('./read.js')).readProfiles(names, options);
}

/** @see readProfileText of ./read.ts */
export async function readProfileText(text: string, file: string): Promise<Profile> {
  return (await import('./read.js')).readProfileText(text, file);
}

/** @see profileJsonSchema of ./schema.ts */
export async function profileJsonSchema(): Promise<Record<string, unknown>> {
  return (await import('./schema.js')).profileJsonSchema();
}

/** @see listProfiles of ./library.ts */
export async function listProfiles(): Promise<{ name: string; description: string; file: string }[]> {
  return (await import('./library.js')).listProfiles();
}
