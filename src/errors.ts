/** Exit codes of the command line. They are part of the interface: README lists them. */
export const ExitCode = {
  /** Ran as asked. */
  ok: 0,
  /** Ran, but could not hold what was asked. */
  notHeld: 1,
  /** The command itself is wrong, whatever the host. */
  usage: 2,
  /** Not permitted: a capability is missing. */
  notPermitted: 3,
  /** The host cannot: an interface, a CPU, a kernel feature is missing. */
  hostCannot: 4,
  /** A defect in pktgen. */
  internal: 5,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Every error that pktgen raises on purpose: one clear line, a stable `code`, and the exit code it leads to. */
export class PktgenError extends Error {
  override readonly name: string = 'PktgenError';

  constructor(
    readonly code: string,
    message: string,
    readonly exitCode: ExitCode,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What was asked for makes no sense on any host. */
export class UsageError extends PktgenError {
  override readonly name = 'UsageError';
  constructor(message: string, options?: ErrorOptions) {
    super('USAGE', message, ExitCode.usage, options);
  }
}

/** The kernel refused for want of a capability. */
export class NotPermittedError extends PktgenError {
  override readonly name = 'NotPermittedError';
  constructor(message: string, options?: ErrorOptions) {
    super('NOT_PERMITTED', message, ExitCode.notPermitted, options);
  }
}

/** This host lacks something: the message names it. */
export class HostError extends PktgenError {
  override readonly name = 'HostError';
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(code, message, ExitCode.hostCannot, options);
  }
}

/** Thrown by the native addon. `code` is an errno name such as EPERM; callers translate it. */
export class NativeError extends Error {
  override readonly name = 'NativeError';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
