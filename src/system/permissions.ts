import { NativeError, NotPermittedError } from '../errors.js';

/**
 * Runs `body`; when the kernel refuses it for want of a capability, says which one and the two ways to give it.
 * `what` completes "… needs CAP_X".
 */
export function explainingPermission<T>(what: string, capability: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof NativeError && (error.code === 'EPERM' || error.code === 'EACCES')) {
      throw notPermitted(what, capability, error);
    }
    throw error;
  }
}

export function notPermitted(what: string, capability: string, cause?: unknown): NotPermittedError {
  const name = capability.toLowerCase();
  return new NotPermittedError(
    `${what} needs ${capability}: run it with sudo, or give node that capability with: sudo setcap ${name}+ep ${process.execPath} (pktgen --lab needs no privileges)`,
    { cause },
  );
}
