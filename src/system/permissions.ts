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

/** The two ways to give capabilities, such as "CAP_BPF and CAP_NET_ADMIN". */
export function howToPermit(capabilities: string): string {
  const names = capabilities.toLowerCase().split(' and ');
  const what = names.length > 1 ? 'these capabilities' : 'that capability';
  return `run it with sudo, or give node ${what} with: sudo setcap ${names.join(',')}+ep ${process.execPath}`;
}

export function notPermitted(what: string, capability: string, cause?: unknown): NotPermittedError {
  return new NotPermittedError(
    `${what} needs ${capability}: ${howToPermit(capability)} (pktgen --lab needs no privileges)`,
    { cause },
  );
}
