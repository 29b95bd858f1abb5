import { UsageError } from '../errors.js';

/** Where in a traffic model: ['streams', 2, 'headers', 1, 'udp', 'dstPort']. */
export type ModelPath = readonly (string | number)[];

export interface Problem {
  readonly path: ModelPath;
  readonly message: string;
}

/** All that is wrong with a traffic model, at once. */
export class TrafficError extends UsageError {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(describeProblem).join('\n'));
  }
}

/** "streams[2].headers[1].udp.dstPort: no such field". */
function describeProblem({ path, message }: Problem): string {
  return path.length === 0 ? message : `${pathText(path)}: ${message}`;
}

/** ['streams', 2, 'headers'] → "streams[2].headers". */
export function pathText(path: ModelPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** Collects what is wrong, so that a person sees all of it and not the first of it. */
export class Problems {
  private readonly found: Problem[] = [];

  add(path: ModelPath, message: string): void {
    this.found.push({ path, message });
  }

  /** Runs `body`; what it throws becomes a problem at `path`, and the result is undefined. */
  guard<T>(path: ModelPath, body: () => T): T | undefined {
    try {
      return body();
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      this.add(path, error.message);
      return undefined;
    }
  }

  take(others: Problems): void {
    this.found.push(...others.found);
  }

  get any(): boolean {
    return this.found.length > 0;
  }

  /** @throws TrafficError when anything was found. */
  throwAny(): void {
    if (this.any) throw new TrafficError(this.found);
  }
}

/** A value is not what it should be; whoever knows its place turns this into a Problem. `path`: where in the value. */
export class ValueError extends Error {
  constructor(
    message: string,
    readonly path: ModelPath = [],
  ) {
    super(message);
  }
}
