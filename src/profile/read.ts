import path from 'node:path';
import process from 'node:process';
import type { TrafficModel } from '../model/traffic.js';
import { composeParts, type Part } from './compose.js';
import { fieldProblems } from './field-check.js';
import { readProfileFile } from './file.js';
import type { ProfileInput } from './input.js';
import { locateModelPath } from './locate.js';
import { profileFile } from './names.js';
import { type Path, ProfileError, type ProfileProblem } from './problem.js';
import type { RunHints } from './run-hints.js';
import type { Schemas } from './schema.js';
import { PacketSource, type Source, YamlSource } from './source.js';
import { draftStream, type StreamContext, type StreamDraft } from './stream.js';
import { type ValueProblem, validate } from './validate.js';

/** Profiles, composed and resolved. */
export interface Profile {
  readonly traffic: TrafficModel;
  readonly run: RunHints;
  readonly description: string;
  /** What a person should know although nothing is wrong. */
  readonly notes: readonly string[];
  /** Where a path into `traffic` comes from: "mix.yaml:12:9". */
  locate(path: Path): string;
  /** Something wrong at a path into `traffic`, as a problem of what the person wrote. */
  problemsAt(path: Path, message: string): ProfileProblem;
  /** Everything that somebody found wrong with `traffic`, as one error. */
  errorOf(problems: readonly { readonly path: Path; readonly message: string }[]): ProfileError;
}

export interface ReadOptions {
  /** Where relative files begin. Default: the working directory. */
  readonly directory?: string;
  /** Texts of --packet flags: each adds a stream behind those of the profiles. */
  readonly packets?: readonly string[];
}

/**
 * Shipped profiles by name and others by file, in this order: later ones add streams and override the rest.
 * @throws ProfileError with everything that is wrong with them.
 */
export async function readProfiles(names: readonly string[], options: ReadOptions = {}): Promise<Profile> {
  const directory = options.directory ?? process.cwd();
  const sources: Source[] = [];
  for (const name of names) sources.push(await openSource(name, directory));
  for (const text of options.packets ?? []) sources.push(new PacketSource(text, directory));
  return readSources(sources);
}

/** A profile that is no file. `file`: its name in messages, and what relative paths are relative to. */
export async function readProfileText(text: string, file: string): Promise<Profile> {
  return readSources([new YamlSource(text, file)]);
}

async function openSource(name: string, directory: string): Promise<Source> {
  const file = profileFile(name);
  const resolved = path.resolve(directory, file);
  return new YamlSource(await readProfileFile(resolved, file), file);
}

async function readSources(sources: readonly Source[]): Promise<Profile> {
  // Not before somebody has a profile: loading zod takes longer than reading one.
  const { loadSchemas } = await import('./schema.js');
  const schemas = await loadSchemas();
  const problems: ProfileProblem[] = [];
  const parts: Part[] = [];
  for (const source of sources) {
    const part = await readPart(source, schemas, problems);
    if (part) parts.push(part);
  }
  if (problems.length > 0) throw new ProfileError(problems);
  const { drafts, ...composition } = composeParts(parts, problems);
  if (problems.length > 0) throw new ProfileError(problems);
  const problemsAt = (at: Path, message: string) => locateModelPath(parts, drafts, at, message);
  return {
    ...composition,
    locate: (at) => placeText(problemsAt(at, '')),
    problemsAt,
    errorOf: (found) => new ProfileError(found.map(({ path: at, message }) => problemsAt(at, message))),
  };
}

function placeText({ file, line, column }: ProfileProblem): string {
  return `${file}:${line}:${column}`;
}

interface FoundProblems {
  /** What the schema says: such streams cannot be read. */
  readonly shapes: readonly ValueProblem[];
  /** What the compiler would say of fields that the schema lets pass. */
  readonly fields: readonly ValueProblem[];
}

function findProblems(value: unknown, { document, protocols }: Schemas): FoundProblems {
  const shapes = validate(document, value);
  const fields = fieldProblems(value, protocols);
  // Of a field that has the wrong shape the schema has said enough.
  const seen = new Set(shapes.flatMap(({ path: at }) => at.map((_, i) => keyOf(at.slice(0, i + 1)))));
  return { shapes, fields: fields.filter(({ path: at }) => !seen.has(keyOf(at))) };
}

function keyOf(at: Path): string {
  return at.join('\0');
}

/** A wrong file of the largest size has a million of them, and each takes time to find its place. */
const MOST_PROBLEMS = 10_000;

/** Streams that the schema lets pass are read even where it complains about others: all problems at once. */
async function readPart(
  source: Source,
  schemas: Schemas,
  problems: ProfileProblem[],
): Promise<Part | undefined> {
  problems.push(...source.problems);
  if (source.problems.length > 0) return undefined;
  const { shapes, fields } = findProblems(source.value, schemas);
  const found = [...shapes, ...fields].slice(0, MOST_PROBLEMS);
  for (const { path: at, message, part } of found) problems.push(source.problemAt(at, message, part));
  const bad = new Set(shapes.map(({ path: at }) => (at[0] === 'streams' ? at[1] : at[0])));
  const input = source.value as ProfileInput;
  if (!Array.isArray(input?.streams)) return undefined;
  const defaults = bad.has('defaults') ? {} : (input.defaults ?? {});
  const context = { source, defaults, headerSchema: schemas.header, problems };
  const drafts = await readStreams(input, bad, context);
  refuseSameNames(drafts, context);
  return { source, input, drafts };
}

async function readStreams(
  input: ProfileInput,
  bad: ReadonlySet<unknown>,
  context: StreamContext,
): Promise<StreamDraft[]> {
  const drafts: StreamDraft[] = [];
  for (const [i, stream] of input.streams.entries()) {
    const draft = bad.has(i) ? undefined : await draftStream(stream, i, context);
    if (draft) drafts.push(draft);
  }
  return drafts;
}

function refuseSameNames(drafts: readonly StreamDraft[], { source, problems }: StreamContext): void {
  const first = new Map<string, number>();
  for (const { name, index } of drafts) {
    if (name === null) continue;
    const other = first.get(name);
    if (other === undefined) first.set(name, index);
    else
      problems.push(source.problemAt(['streams', index, 'name'], `streams[${other}] has this name already`));
  }
}
