import { readFileSync } from 'node:fs';
import { HostError } from '../errors.js';
import { parseCpuList } from '../units.js';

/** The CPUs that are online and that this process may run on: Cpus_allowed_list of proc_pid_status(5). */
export function allowedCpus(): number[] {
  const status = readFileSync('/proc/self/status', 'utf8');
  const allowed = parseCpuList('Cpus_allowed_list', /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '0');
  const online = onlineCpus();
  return online === null ? allowed : allowed.filter((cpu) => online.includes(cpu));
}

/** null where /sys is not mounted. */
function onlineCpus(): number[] | null {
  try {
    return parseCpuList('online', readFileSync('/sys/devices/system/cpu/online', 'utf8').trim());
  } catch {
    return null;
  }
}

/** @throws HostError that names the first CPU that is not there. */
export function requireCpus(wanted: readonly number[], allowed: readonly number[]): void {
  const missing = wanted.find((cpu) => !allowed.includes(cpu));
  if (missing === undefined) return;
  throw new HostError(
    'NO_CPU',
    `--cpus: this process cannot run on CPU ${missing}; it may use ${formatCpus(allowed)}`,
  );
}

/** [0, 2, 3] → "0,2-3". */
export function formatCpus(cpus: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const cpu of cpus) {
    const last = ranges.at(-1);
    if (last && cpu === last[1] + 1) last[1] = cpu;
    else ranges.push([cpu, cpu]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}
