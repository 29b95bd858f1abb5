// One boot of a guest: from a line of shell to its output and exit status.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { writeInitramfs } from './initramfs.js';
import { DIRECTORY, type Kernel } from './kernels.js';

const MEMORY_MIB = 3072;
const CPUS = 2;
const CONSOLE_LINES = 30;

/** Zero-copy needs all three properties: without them the guest's driver refuses it. */
const NIC = 'virtio-net-pci,queue_reset=on,iommu_platform=on,disable-legacy=on';
/** eth0 and eth1 are the two ends of a cable; eth2 has none: QEMU drops what it sends, which costs least. */
const NICS = [
  [...['-netdev', 'hubport,id=near,hubid=0'], ...['-device', `${NIC},netdev=near,mac=02:00:00:00:00:01`]],
  [...['-netdev', 'hubport,id=far,hubid=0'], ...['-device', `${NIC},netdev=far,mac=02:00:00:00:00:02`]],
  ['-device', `${NIC},mac=02:00:00:00:00:03`],
];

/** Emulated by QEMU 7.2, cmpxchg16b panics Linux 6.12 at boot (kmem_cache_alloc); kernels do without it. */
const CPU = 'max,cx16=off';

const KERNEL_ARGUMENTS = 'console=ttyS0 quiet panic=-1 mitigations=off';

export interface Outcome {
  /** Of the command; null when the guest ended without one. */
  readonly status: number | null;
  readonly timedOut: boolean;
  /** The last lines of the kernel's console, after what QEMU itself had to say. */
  readonly console: string;
}

export interface Listeners {
  stdout(text: string): void;
  stderr(text: string): void;
}

/** Boots a kernel, runs `command` with /bin/sh in the project's directory, ends the guest. */
export async function runInGuest(
  kernel: Kernel,
  command: string,
  timeoutMs: number,
  listeners: Listeners,
): Promise<Outcome> {
  const initramfs = initramfsOf(kernel, command);
  const ports = ['console', 'stdout', 'stderr', 'status'];
  // QEMU inherits one end of a socket pair for each.
  const devices = ports.flatMap((name, i) => [
    ...['-chardev', `socket,id=${name},fd=${3 + i}`],
    ...(name === 'console'
      ? ['-serial', 'chardev:console']
      : ['-device', `virtserialport,chardev=${name},name=${name}`]),
  ]);
  const stdio = ['ignore', 'ignore', 'pipe', ...ports.map(() => 'pipe' as const)] as const;
  const child = spawn('qemu-system-x86_64', [...machine(kernel, initramfs), ...devices], {
    stdio: [...stdio],
  });
  return outcomeOf(child, path.join(DIRECTORY, `${kernel.release}.console`), timeoutMs, listeners);
}

/** A guest with a shell on this terminal, until it is left. */
export async function openShell(kernel: Kernel): Promise<void> {
  const devices = ['-serial', 'mon:stdio'];
  const args = [...machine(kernel, initramfsOf(kernel, null)), ...devices];
  const child = spawn('qemu-system-x86_64', args, { stdio: 'inherit' });
  await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
}

function initramfsOf(kernel: Kernel, command: string | null): string {
  mkdirSync(DIRECTORY, { recursive: true });
  const file = path.join(DIRECTORY, `${kernel.release}.cpio`);
  writeInitramfs(file, kernel, command);
  return file;
}

function machine(kernel: Kernel, initramfs: string): string[] {
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...[
      '-machine',
      'q35',
      '-accel',
      'tcg,thread=multi',
      '-cpu',
      CPU,
      '-smp',
      `${CPUS}`,
      '-m',
      `${MEMORY_MIB}`,
    ],
    ...['-kernel', kernel.image, '-initrd', initramfs, '-append', KERNEL_ARGUMENTS],
    ...['-device', 'virtio-serial-pci'],
    ...NICS.flat(),
  ];
}

async function outcomeOf(
  child: ChildProcess,
  log: string,
  timeoutMs: number,
  listeners: Listeners,
): Promise<Outcome> {
  let complaints = '';
  let lines = '';
  let status = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const file = createWriteStream(log);
  const [console, stdout, stderr, ended] = child.stdio
    .slice(3)
    .map((stream) => (stream as Readable).setEncoding('utf8'));
  console?.on('data', (text: string) => {
    file.write(text);
    lines = (lines + text).split('\n').slice(-CONSOLE_LINES).join('\n');
  });
  stdout?.on('data', listeners.stdout);
  stderr?.on('data', listeners.stderr);
  ended?.on('data', (text: string) => {
    status += text;
  });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  clearTimeout(timer);
  file.end();
  return { status: status === '' ? null : Number(status), timedOut, console: complaints + lines };
}
