import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { fileProblem, ProfileError } from './problem.js';

export const MAX_PROFILE_BYTES = 4 * 1024 * 1024;

/**
 * At most `maximumBytes` of a regular file; more is an error, or is left out where `cut` is set.
 * @throws Error whose message says in one line why not.
 */
export async function readBounded(file: string, maximumBytes: number, cut = false): Promise<Buffer> {
  // Before it is opened: opening a device can already do something.
  await requireFile(file);
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch(explain);
  try {
    const status = await handle.stat();
    refuseUnlessFile(status);
    if (!cut && status.size > maximumBytes) throw tooLong(maximumBytes);
    const bytes = await readUpTo(handle, maximumBytes + 1);
    if (!cut && bytes.length > maximumBytes) throw tooLong(maximumBytes);
    return bytes.subarray(0, maximumBytes);
  } finally {
    await handle.close();
  }
}

/** @throws Error whose message says in one line why it is none. */
export async function requireFile(file: string): Promise<void> {
  refuseUnlessFile(await stat(file).catch(explain));
}

/** Files of /proc have no size: only reading shows how long they are. */
async function readUpTo(handle: FileHandle, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.min(bytes, (await handle.stat()).size + 1 || bytes));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function refuseUnlessFile(status: { isFile(): boolean; isDirectory(): boolean }): void {
  if (status.isDirectory()) throw new Error('is a directory');
  if (!status.isFile()) throw new Error('is not a regular file');
}

function tooLong(bytes: number): Error {
  return new Error(`is larger than ${bytes >= 1048576 ? `${bytes / 1048576} MiB` : `${bytes} bytes`}`);
}

function explain(error: NodeJS.ErrnoException): never {
  throw new Error(REASONS[error.code ?? ''] ?? `cannot be read: ${error.code}`);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'may not be read by this user',
  ELOOP: 'is a link that leads to itself',
};

/** The text of a profile: UTF-8, with or without a byte order mark. `shown`: its name in errors. Throws ProfileError. */
export async function readProfileFile(file: string, shown = file): Promise<string> {
  const bytes = await readBounded(file, MAX_PROFILE_BYTES).catch((error: Error) => {
    throw new ProfileError([fileProblem(shown, error.message)]);
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ProfileError([fileProblem(shown, 'is not UTF-8 text')]);
  }
}
