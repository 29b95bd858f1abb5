import { readFileSync } from 'node:fs';

/**
 * Whether this process may change its terminal: fields 5 and 8 of proc_pid_stat(5), its process group and that of the
 * terminal. true where /proc does not say.
 */
export function isForeground(): boolean {
  try {
    return isInForeground(readFileSync('/proc/self/stat', 'utf8'));
  } catch {
    return true;
  }
}

/** The name of a process, in parentheses, may be anything; without a terminal of its own the group of that is -1. Pure. */
export function isInForeground(stat: string): boolean {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [, , group, , , terminalGroup] = fields;
  return terminalGroup === '-1' || group === terminalGroup;
}
