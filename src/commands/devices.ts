import { type Device, ExitCode, formatBps, listDevices } from '../index.js';
import { type Command, flag } from './command.js';

export const command: Command = {
  summary: 'list the interfaces and the engines that can run on each',
  options: () => ({ json: flag('Output:', 'as JSON on standard output') }),
  run: async (values) => {
    const devices = listDevices();
    process.stdout.write(values['json'] ? `${JSON.stringify(devices, null, 2)}\n` : table(devices));
    return ExitCode.ok;
  },
};

const HEADINGS = ['name', 'driver', 'state', 'speed', 'MTU', 'queues tx/rx', 'XDP', 'engines'];

function table(devices: readonly Device[]): string {
  const rows = [HEADINGS, ...devices.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const routed = devices.filter((device) => device.carriesDefaultRoute).map((device) => device.name);
  if (routed.length > 0)
    lines.push('', `${routed.join(', ')} carries the default route: pktgen sends there only with --force`);
  lines.push('', 'pktgen engines --iface NAME says why an engine cannot run there, and what would help');
  return `${lines.join('\n')}\n`;
}

function cells(device: Device): string[] {
  return [
    device.name,
    device.driver ?? '–',
    device.state,
    device.speedMbps === null ? '–' : formatBps(device.speedMbps * 1e6),
    String(device.mtuBytes),
    `${device.txQueues}/${device.rxQueues}`,
    device.xdp === null ? 'unknown' : device.xdp.join(' ') || 'none',
    enginesOf(device),
  ];
}

/** Those that can run, the fastest by rule first. Why the others cannot is for `pktgen engines`. */
function enginesOf({ engines }: Device): string {
  const usable = engines.filter((fit) => fit.usable);
  if (usable.length > 0) return usable.map((fit) => fit.engine).join(' ');
  return `none: ${[...new Set(engines.map((fit) => fit.reason))].join(', ')}`;
}
