// Everything that a guest has: this project as it is built here, Node, and the tools of the tests, with their libraries.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { HostError } from '#src/errors.js';
import { ROOT } from '../support/pktgen.js';
import { Archive } from './archive.js';
import type { Kernel } from './kernels.js';

/** Where the project is in the guest. */
const PROJECT = '/pktgen';
const PARTS = [
  'test/support',
  'dist',
  'profiles',
  'build/Release/pktgen.node',
  'build/ts',
  'package.json',
  'binding-options.cjs',
];

const TOOLS = [
  ...[
    'sh',
    'mount',
    'mkdir',
    'ln',
    'cat',
    'ls',
    'rm',
    'grep',
    'sleep',
    'stty',
    'mkfifo',
    'id',
    'ps',
    'dmesg',
    'tail',
    'env',
    'date',
    'uname',
    'nproc',
    'kill',
    'find',
    'sed',
    'sort',
    'wc',
    'cut',
    'head',
  ],
  ...['modprobe', 'setsid', 'setpriv', 'unshare', 'nsenter', 'taskset', 'timeout', 'script'],
  ...['ip', 'tc', 'ethtool', 'tcpdump', 'tshark', 'editcap', 'mergecap'],
];

const MODULES = [
  ...['virtio_pci', 'virtio_console', 'virtio_net', 'veth', 'ifb', 'dummy', 'tun', 'pktgen'],
  ...[
    'sch_ingress',
    'sch_netem',
    'sch_tbf',
    'sch_fq',
    'sch_prio',
    'cls_u32',
    'act_gact',
    'act_mirred',
    'bridge',
  ],
  ...['8021q', 'macvlan'],
];

/** Since Debian 12 these are the same directories. */
const MERGED = ['bin', 'sbin', 'lib', 'lib64'];

/** Writes the initramfs of a guest that runs a line of shell; without one it is a guest with a shell. */
export function writeInitramfs(file: string, kernel: Kernel, command: string | null): void {
  const archive = new Archive(file);
  for (const name of MERGED) archive.addLink(`/${name}`, `usr/${name}`);
  archive.addFile('/init', path.join(ROOT, 'test/vm/init'));
  archive.add('/command', command === null ? '' : `${command}\n`);
  archive.add('/etc/modprobe.d/none.conf', 'options ifb numifbs=0\noptions dummy numdummies=0\n');
  // tcpdump reads files as a user of its own.
  archive.add('/etc/passwd', 'root:x:0:0::/root:/bin/sh\ntcpdump:x:100:100::/:/bin/sh\n');
  archive.add('/etc/group', 'root:x:0:\ntcpdump:x:100:\n');
  addTools(archive);
  addPython(archive);
  addModules(archive, kernel);
  addProject(archive);
  archive.close();
}

function addTools(archive: Archive): void {
  const tools = TOOLS.map(find);
  for (const file of [...tools, path.join(ROOT, 'build/Release/pktgen.node')]) addLibraries(archive, file);
  for (const file of tools) archive.addFile(canonical(file), file);
  archive.addFile('/usr/bin/node', process.execPath);
  addLibraries(archive, process.execPath);
}

/** Some tests talk to the kernel by small scripts. */
function addPython(archive: Archive): void {
  const ask =
    'import os, sys, sysconfig; print(os.path.realpath(sys.executable)); print(sysconfig.get_path("stdlib"))';
  const [program = '', library = ''] = execFileSync('python3', ['-c', ask], { encoding: 'utf8' }).split('\n');
  archive.addFile(program);
  archive.addLink('/usr/bin/python3', program);
  addLibraries(archive, program);
  const extensions = path.join(library, 'lib-dynload');
  for (const name of readdirSync(extensions)) addLibraries(archive, path.join(extensions, name));
  const parts = readdirSync(library).filter((name) => !NOT_OF_PYTHON.includes(name));
  for (const name of parts) addTree(archive, path.join(library, name), path.join(library, name));
}

/** Large, and of no use to a script. */
const NOT_OF_PYTHON = [
  'site-packages',
  'dist-packages',
  'test',
  '__pycache__',
  'idlelib',
  'ensurepip',
  'lib2to3',
  'tkinter',
  'pydoc_data',
];

function find(name: string): string {
  const directories = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
  const file = directories.map((directory) => path.join(directory, name)).find(existsSync);
  if (!file) throw new HostError('NO_TOOL', `${name} is missing: the guest needs it`);
  return file;
}

function addLibraries(archive: Archive, file: string): void {
  const text = execFileSync('ldd', [file], { encoding: 'utf8' });
  for (const [, library = ''] of text.matchAll(/(\/\S+) \(0x/g)) archive.addFile(canonical(library), library);
}

/** /bin/sh is /usr/bin/sh: a directory by its real name, and the last part as it is. */
function canonical(file: string): string {
  return path.join(realpathSync(path.dirname(file)), path.basename(file));
}

/** The modules with what they depend on, and depmod's indexes, so that the kernel finds them by itself. */
function addModules(archive: Archive, { base, release }: Kernel): void {
  const directory = path.join(base, 'lib/modules', release);
  const args = ['-d', base, '-S', release, '-a', '--show-depends', ...MODULES];
  const text = execFileSync('modprobe', args, { encoding: 'utf8' });
  const modules = [...text.matchAll(/^insmod (\S+)/gm)].map(([, file = '']) => file);
  const indexes = readdirSync(directory).filter((name) => name.startsWith('modules.'));
  for (const file of [...modules, ...indexes.map((name) => path.join(directory, name))])
    archive.addFile(`/usr/lib/modules/${release}/${path.relative(directory, file)}`, file);
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

function addProject(archive: Archive): void {
  for (const part of PARTS) addTree(archive, path.join(PROJECT, part), path.join(ROOT, part));
  const { packages } = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
  const needed = Object.entries(packages).filter(([name, { dev }]) => name !== '' && !dev);
  for (const [name] of needed) addTree(archive, path.join(PROJECT, name), path.join(ROOT, name));
}

function addTree(archive: Archive, name: string, entry: string): void {
  if (!existsSync(entry)) return; // an optional package, or one of another platform
  if (!statSync(entry).isDirectory()) archive.addFile(name, entry);
  else
    for (const child of readdirSync(entry)) addTree(archive, path.join(name, child), path.join(entry, child));
}
