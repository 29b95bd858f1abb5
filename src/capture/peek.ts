import { spawn } from 'node:child_process';
import path from 'node:path';
import { messageOf } from '../errors.js';
import { formatSpan } from '../units.js';
import type { Decoded } from './decode.js';

/** A frame that libpcap saw. */
export interface PeekedFrame extends Decoded {
  readonly hex: string;
  /** Without FCS. */
  readonly bytes: number;
  readonly isTruncated: boolean;
}

/** Where to look. */
export interface PeekPlace {
  readonly interface: string;
  /** As `Run.namespaces` has them; null for the host's own. */
  readonly namespaces: { readonly net: string; readonly user: string | null } | null;
  /** The interface at the other end, where there is one: it is asked first. */
  readonly farEnd: string | null;
}

export interface PeekOptions {
  /** Default 5. */
  readonly frames?: number;
  /** How long each interface is watched. Default 1000. */
  readonly timeoutMs?: number;
  /** In libpcap's language, such as "ether src 02:00:00:00:00:01". Default: every frame. */
  readonly filter?: string;
  /** Why an interface may show nothing, by its name. */
  readonly blind?: Readonly<Record<string, string>>;
  /** Ends the look at once. */
  readonly signal?: AbortSignal | undefined;
}

export interface Peeked {
  readonly seen: readonly PeekedFrame[];
  /** The interface at which they were seen; the last one that was asked when nothing was. */
  readonly at: string;
  /** What it cost, or why there is nothing to be seen; null when there is nothing to say. */
  readonly note: string | null;
}

/** @internal What the child is asked. */
export interface PeekRequest {
  /** Asked in this order. */
  readonly places: readonly string[];
  readonly frames: number;
  readonly timeoutMs: number;
  readonly filter: string;
}

/** @internal What the child answers, one to a line. */
export type PeekLine =
  | { readonly kind: 'frame'; readonly frame: PeekedFrame }
  | { readonly kind: 'watched'; readonly at: string; readonly seen: number; readonly openMs: number }
  | { readonly kind: 'refused'; readonly at: string; readonly message: string }
  | { readonly kind: 'missing'; readonly message: string };

const CHILD = path.join(import.meta.dirname, 'peek-child.js');
const DEFAULTS = { frames: 5, timeoutMs: 1000, filter: '' } as const;
/** For Node to start on a machine that has its CPUs full. */
const START_MS = 5000;

/**
 * The next frames at a device, by libpcap in a process of its own: another program's eyes. Sends nothing; for as long as its socket
 * is open the kernel copies frames for it, which takes the sender's time. Never rejects: the note says what went wrong.
 */
export async function peek(where: PeekPlace, options: PeekOptions = {}): Promise<Peeked> {
  const { frames, timeoutMs, filter } = { ...DEFAULTS, ...options };
  const blind = options.blind ?? {};
  const all = [...new Set([...(where.farEnd === null ? [] : [where.farEnd]), where.interface])];
  // First where something is to be seen. The others as well: what is said of them may be wrong.
  const places = all.toSorted((a, b) => Number(a in blind) - Number(b in blind));
  const request = { places, frames, timeoutMs, filter };
  const { lines, failure } = await ask(where, request, options.signal).catch((error) => {
    return { lines: [], failure: messageOf(error) };
  });
  return judge(lines, request, blind, failure);
}

interface Answer {
  readonly lines: readonly PeekLine[];
  /** Why there is no answer; empty when there is one. */
  readonly failure: string;
}

function ask({ namespaces }: PeekPlace, request: PeekRequest, signal?: AbortSignal): Promise<Answer> {
  const command = [...enter(namespaces), process.execPath, CHILD, JSON.stringify(request)];
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: START_MS + request.timeoutMs * request.places.length,
      killSignal: 'SIGKILL',
      signal,
    });
    const [output, complaint] = [collect(child.stdout), collect(child.stderr)];
    child.on('error', reject);
    child.on('close', () => {
      const lines = output().split('\n').flatMap(read);
      const failure = lines.length > 0 ? '' : (complaint().trim().split('\n').at(-1) ?? '');
      resolve({ lines, failure });
    });
  });
}

/** What Node or a library says there beside the answer, and a line that was cut off, is no part of it. */
function read(line: string): PeekLine[] {
  try {
    const said = JSON.parse(line) as PeekLine | null;
    return said?.kind === undefined ? [] : [said];
  } catch {
    return [];
  }
}

function enter(namespaces: PeekPlace['namespaces']): string[] {
  if (namespaces === null) return [];
  const user = namespaces.user === null ? [] : [`--user=${namespaces.user}`, '--preserve-credentials'];
  return ['nsenter', ...user, `--net=${namespaces.net}`, '--'];
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  return () => text;
}

/** @internal What the answers mean. */
export function judge(
  lines: readonly PeekLine[],
  { places, timeoutMs }: Pick<PeekRequest, 'places' | 'timeoutMs'>,
  blind: Readonly<Record<string, string>>,
  failure: string,
): Peeked {
  const seen = lines.flatMap((line) => (line.kind === 'frame' ? [line.frame] : []));
  const watched = lines.filter((line) => line.kind === 'watched');
  const last = watched.at(-1);
  const at = last?.at ?? places[0] ?? '';
  if (seen.length > 0) {
    const openFor = last ? ` for ${formatSpan(last.openMs * 1e6)}` : '';
    return { seen, at, note: `by libpcap, whose open socket slowed the sender down${openFor}` };
  }
  return { seen, at, note: whyNothing(lines, watched, timeoutMs, blind, failure) };
}

function whyNothing(
  lines: readonly PeekLine[],
  watched: readonly { readonly at: string }[],
  timeoutMs: number,
  blind: Readonly<Record<string, string>>,
  failure: string,
): string {
  if (lines.some(({ kind }) => kind === 'missing')) {
    return 'the optional package cap is not there: `npm rebuild cap` makes it where libpcap’s headers are (libpcap-dev)';
  }
  const refused = lines.find((line) => line.kind === 'refused');
  if (refused) {
    const why = /permi|not permitted/i.test(refused.message)
      ? 'not permitted: it needs CAP_NET_RAW'
      : refused.message;
    return `${refused.at} cannot be watched: ${why}`;
  }
  if (watched.length === 0) return `nothing could be watched: ${failure || 'libpcap’s process ended early'}`;
  const reasons = watched.map(
    ({ at }) => blind[at] ?? `no frame at ${at} within ${formatSpan(timeoutMs * 1e6)}`,
  );
  return `nothing seen: ${reasons.join('; ')}`;
}
