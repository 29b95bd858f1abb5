import path from 'node:path';
import type * as z from 'zod';
import { ValueError } from '../compile/problems.js';
import { messageOf } from '../errors.js';
import { type Header, type Payload, type Sizes, type Stream, ZEROS } from '../model/traffic.js';
import { checksumOf, countMessage, frameCount, headerOf, ONE_PROTOCOL, patchOf } from './convert.js';
import { wholeNumber } from './decimal.js';
import { requireFile } from './file.js';
import type { DefaultsInput, StreamInput } from './input.js';
import { type Packet, readPacket } from './packet.js';
import { headerRange } from './packet-places.js';
import { type PayloadInput, readPayload } from './payload.js';
import type { Path, ProfileProblem } from './problem.js';
import { readSizes } from './sizes.js';
import type { Source } from './source.js';
import { readTiming } from './timing.js';
import { validate } from './validate.js';
import { type Ratio, readShare } from './weights.js';

/** A stream of a source, without what only the whole mix decides. */
export interface StreamDraft {
  readonly source: Source;
  /** In its source. */
  readonly index: number;
  /** Null where nobody named it. */
  readonly name: string | null;
  readonly share: Ratio;
  readonly packet: Packet | null;
  readonly content: Omit<Stream, 'name' | 'weight'>;
}

/** What streams of one source have in common. */
export interface StreamContext {
  readonly source: Source;
  readonly defaults: DefaultsInput;
  readonly headerSchema: z.ZodType;
  readonly problems: ProfileProblem[];
}

/** Undefined, and something in `context.problems`, where the stream makes no sense. */
export async function draftStream(
  input: StreamInput,
  index: number,
  context: StreamContext,
): Promise<StreamDraft | undefined> {
  const before = context.problems.length;
  const reader = new StreamReader(input, index, context);
  const draft = await reader.draft();
  return context.problems.length === before ? draft : undefined;
}

class StreamReader {
  readonly #at: Path;

  constructor(
    readonly input: StreamInput,
    readonly index: number,
    readonly context: StreamContext,
  ) {
    this.#at = ['streams', index];
  }

  async draft(): Promise<StreamDraft> {
    const { input, context } = this;
    this.#refuseRivals();
    const timing = readTiming(input, (key, message) => this.#refuse([key], message));
    const packet = input.packet === undefined ? null : this.#packet(input.packet);
    const headers = (packet?.headers ?? this.#headers()).map((header) => this.#merged(header));
    const content = {
      count: this.#count(),
      sizes: packet?.sizes ?? this.#sizes(headers),
      headers,
      payload: packet?.payload ?? (await this.#payload()),
      flows: this.#flows(),
      ...(input.patches && { patches: input.patches.map(patchOf) }),
      ...(input.checksums && { checksums: input.checksums.map(checksumOf) }),
      ...(input.capture && { capture: await this.#capture(input.capture) }),
      ...(timing && { timing }),
    };
    const name = input.name === undefined ? null : String(input.name);
    // The schema has already refused other shares than this can read, but for 0.0.
    const share = readShare(input.share ?? 1) ?? this.#refuse(['share'], 'expected a share above 0');
    return { source: context.source, index: this.index, name, share: share ?? ONE, packet, content };
  }

  #refuse(path: Path, message: string, part: 'key' | 'value' = 'value'): null {
    this.context.problems.push(this.context.source.problemAt([...this.#at, ...path], message, part));
    return null;
  }

  #refuseRivals(): void {
    const { input } = this;
    if (input.rate !== undefined && input.share !== undefined)
      this.#refuse(['share'], 'a stream with a rate of its own has no share', 'key');
    const own = input.capture ? 'capture' : input.packet === undefined ? undefined : 'packet';
    if (own === undefined) return;
    const rivals = own === 'capture' ? CAPTURE_RIVALS : PACKET_RIVALS;
    for (const key of rivals.filter((key) => input[key] !== undefined)) {
      this.#refuse([key], `the stream has a ${own}, which says this already`, 'key');
    }
  }

  #headers(): Header[] {
    return (this.input.headers ?? []).map((header, j) => {
      if (Object.keys(header).length === 0) this.#refuse(['headers', j], ONE_PROTOCOL);
      return headerOf(header);
    });
  }

  #merged({ protocol, fields }: Header): Header {
    const defaults = this.context.defaults.headers?.[protocol];
    return { protocol, fields: defaults ? { ...defaults, ...fields } : fields };
  }

  #packet(text: string): Packet {
    const { packet, problems } = readPacket(text);
    const { source } = this.context;
    const at = [...this.#at, 'packet'];
    for (const { range, message } of problems) {
      this.context.problems.push(source.problemInText(at, [], range, message));
    }
    if (problems.length === 0) this.#checkHeaders(packet, at);
    if (packet.sizes && this.input.size !== undefined)
      this.#refuse(['size'], 'the packet has a size of its own', 'key');
    if (packet.payload && this.input.payload !== undefined) {
      this.#refuse(['payload'], 'the packet has a payload of its own', 'key');
    }
    return packet;
  }

  #checkHeaders(packet: Packet, at: Path): void {
    const { source, headerSchema } = this.context;
    for (const [j, { protocol, fields }] of packet.headers.entries()) {
      for (const { path: inside, message, part } of validate(headerSchema, { [protocol]: fields })) {
        const range = headerRange(packet, [j, ...inside], part);
        this.context.problems.push(source.problemInText(at, inside, range, message));
      }
    }
  }

  #sizes(headers: readonly Header[]): Sizes | null {
    const { input, context } = this;
    const own = input.size !== undefined;
    const size = own ? input.size : input.capture ? undefined : context.defaults.size;
    if (size === undefined) return null;
    return this.#attempt(own, 'size', () => readSizes(size, headers[0]?.protocol === 'raw'));
  }

  async #payload(): Promise<Payload> {
    const { input, context } = this;
    const payload = input.payload ?? context.defaults.payload;
    if (payload === undefined) return ZEROS;
    try {
      return await readPayload(payload as PayloadInput, context.source.directory);
    } catch (error) {
      return this.#attempt(input.payload !== undefined, 'payload', () => rethrow(error)) ?? ZEROS;
    }
  }

  /** Its value, or a problem where it stands: in the stream or in the defaults, which are told of once. */
  #attempt<T>(own: boolean, key: string, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      const path = own ? [...this.#at, key, ...error.path] : ['defaults', key, ...error.path];
      const problem = this.context.source.problemAt(path, error.message);
      const isSame = (other: ProfileProblem) =>
        other.path === problem.path && other.message === problem.message;
      if (own || !this.context.problems.some(isSame)) this.context.problems.push(problem);
      return null;
    }
  }

  #count(): number | null {
    const { count } = this.input;
    return count === undefined ? null : (frameCount(count) ?? this.#refuse(['count'], countMessage(count)));
  }

  #flows(): number | null {
    const flows = this.input.flows ?? this.context.defaults.flows;
    return flows === undefined || this.input.capture ? null : wholeNumber(flows);
  }

  async #capture(input: NonNullable<StreamInput['capture']>): Promise<NonNullable<Stream['capture']>> {
    const { file: name, limit, uniqueIp, ...rewrite } = input;
    const file = path.resolve(this.context.source.directory, String(name));
    await requireFile(file).catch((error: unknown) => {
      this.#refuse(['capture', 'file'], `${name}: ${messageOf(error)}`);
    });
    const texts = Object.entries(rewrite).map(([name, value]) => [name, String(value)]);
    return {
      file,
      limitFrames: limit === undefined ? null : wholeNumber(limit),
      ...(texts.length > 0 && { rewrite: Object.fromEntries(texts) }),
      ...(uniqueIp && { uniquePerLoop: true }),
    };
  }
}

const ONE: Ratio = { over: 1n, under: 1n };
const CAPTURE_RIVALS = ['headers', 'payload', 'packet', 'size', 'flows'] as const;
const PACKET_RIVALS = ['headers'] as const;

function rethrow(error: unknown): never {
  throw error;
}
