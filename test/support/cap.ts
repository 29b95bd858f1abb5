import { createRequire } from 'node:module';

/** Why frames cannot be looked at here; false when they can. */
export const needsCap: string | false = missingCap();

function missingCap(): string | false {
  try {
    createRequire(import.meta.url)('cap');
    return false;
  } catch {
    return 'cap is not built here: Node’s headers or libpcap’s are missing';
  }
}
