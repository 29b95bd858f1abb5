// Makes a fresh clone ready to run: system packages, npm packages, the native addon, TypeScript. Idempotent; each step
// is skipped when its inputs are what they were the last time it succeeded. Plain JavaScript without dependencies:
// nothing is installed yet when this runs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

// Not import.meta.dirname: a Node that is too old shall get as far as being told so.
export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OLDEST_NODE = [20, 19];

/**
 * What each purpose needs from the system: a Debian package, and how to see that it (or its like) is there. Without an
 * optional one there is less to see, and whatever uses it says so.
 */
const SYSTEM = {
  build: [
    { package: 'g++', command: 'g++' },
    { package: 'make', command: 'make' },
    { package: 'cmake', command: 'cmake' },
    { package: 'libmnl-dev', header: 'libmnl/libmnl.h' },
    { package: 'libpcap-dev', header: 'pcap/pcap.h' },
    { package: 'libbpf-dev', header: 'bpf/bpf.h' },
    { package: 'python3', command: 'python3' },
  ],
  test: [
    { package: 'iproute2', command: 'ip' },
    { package: 'ethtool', command: 'ethtool' },
    { package: 'tcpdump', command: 'tcpdump' },
    { package: 'tshark', command: 'tshark' },
    { package: 'netsniff-ng', command: 'trafgen' },
    { package: 'cpp', command: 'cpp' },
    { package: 'bpftool', command: 'bpftool' },
    { package: 'tmux', command: 'tmux' },
    { package: 'clang-format', command: 'clang-format' },
    { package: 'clang-tidy', command: 'clang-tidy' },
  ],
  bench: [
    { package: 'iproute2', command: 'ip' },
    { package: 'tcpdump', command: 'tcpdump' },
    { package: 'tshark', command: 'tshark' },
    { package: 'tmux', command: 'tmux' },
    { package: 'ethtool', command: 'ethtool' },
    { package: 'gcc', command: 'gcc' },
    { package: 'netsniff-ng', command: 'trafgen', optional: true },
    { package: 'dpdk-dev', command: 'dpdk-testpmd', optional: true },
    { package: 'tcpreplay', command: 'tcpreplay', optional: true },
  ],
  // The guest has these tools, too.
  vm: [
    { package: 'qemu-system-x86', command: 'qemu-system-x86_64' },
    { package: 'kmod', command: 'depmod' },
    { package: 'ethtool', command: 'ethtool' },
  ],
};

/** Brings everything up to date for the given purposes: 'build' always, 'test', 'bench' and 'vm' when named. */
export function setup(...purposes) {
  requireNode();
  installSystemPackages(['build', ...purposes].flatMap((purpose) => SYSTEM[purpose]));
  step(
    'npm packages',
    'node_modules/.pktgen-stamp',
    ['package.json', 'package-lock.json', '.npmrc'],
    installNpmPackages,
  );
  step('native addon', 'build/.addon-stamp', ['CMakeLists.txt', 'addon', 'package-lock.json'], buildAddon);
  step(
    'TypeScript',
    'build/.typescript-stamp',
    ['src', 'test', 'bench', 'tsconfig.json', 'package-lock.json'],
    buildTypeScript,
  );
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  fail(`Node ${process.versions.node} is too old: pktgen needs ${OLDEST_NODE.join('.')} or newer`);
}

function installSystemPackages(requirements) {
  const missing = requirements.filter((requirement) => !isThere(requirement));
  const [needed, wished] = [false, true].map((optional) =>
    missing
      .filter((requirement) => (requirement.optional ?? false) === optional)
      .map((found) => found.package),
  );
  if (needed.length > 0) install(needed, run, fail);
  if (wished.length > 0) install(wished, runOrSay, say);
}

function install(packages, execute, refuse) {
  const line = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (!findCommand('apt-get')) return refuse(`please install these (Debian's names): ${packages.join(' ')}`);
  const prefix = rootPrefix();
  if (prefix === null) {
    return refuse(`system packages are missing; please run: sudo apt-get update && sudo ${line}`);
  }
  say(`system packages: ${packages.join(' ')}`);
  // sudo does not pass the environment on, env(1) does.
  const silently = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'NEEDRESTART_MODE=l'];
  execute([...silently, 'apt-get', 'update']);
  execute([...silently, ...line.split(' ')]);
}

function isThere({ command, header }) {
  if (command) return findCommand(command) !== undefined;
  return ['/usr/include', '/usr/local/include'].some((directory) => existsSync(path.join(directory, header)));
}

function findCommand(name) {
  const directories = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return directories.map((directory) => path.join(directory, name)).find((file) => existsSync(file));
}

/** How to become root: not needed, by sudo, or not at all. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  if (!findCommand('sudo')) return null;
  const asksNothing = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  return asksNothing || process.stdin.isTTY ? ['sudo'] : null;
}

const QUIET = ['--no-audit', '--no-fund', '--loglevel=error'];

function installNpmPackages() {
  // npm would empty the folder that it points to.
  if (lstatSync(path.join(ROOT, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    fail(
      'node_modules is a symbolic link, and has other packages than package-lock.json: remove it, and run this again',
    );
  }
  // Install scripts run below, one by one: only those that are needed, and with their own settings.
  run(['npm', 'ci', '--ignore-scripts', '--include=dev', '--include=optional', ...QUIET]);
  const headers = path.resolve(process.execPath, '../..');
  const env = { ...process.env };
  // cap needs Node's headers. Beside this Node there is no need to download any.
  if (existsSync(path.join(headers, 'include/node/node.h')))
    env.npm_package_config_node_gyp_nodedir = headers;
  const cap = spawnSync('npm', ['rebuild', 'cap', '--loglevel=error'], { cwd: ROOT, env, encoding: 'utf8' });
  if (cap.status !== 0) say('the optional package cap did not build: pktgen runs without it');
}

function buildAddon() {
  run([process.execPath, 'node_modules/cmake-js/bin/cmake-js', 'compile', '--loglevel=error']);
}

function buildTypeScript() {
  // From nothing, so that no compiled file outlives its source.
  for (const output of ['dist', 'build/ts'])
    rmSync(path.join(ROOT, output), { recursive: true, force: true });
  run([process.execPath, 'node_modules/typescript/bin/tsc', '--build', 'test']);
}

/** Runs `build` unless the inputs are those of its last success. */
export function step(name, stampFile, inputs, build) {
  const stamp = path.join(ROOT, stampFile);
  const wanted = hashOf(inputs);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const startedAt = Date.now();
  say(`${name} …`);
  build();
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
  say(`${name}: done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}

/** Over names and contents, and what the results depend on beside them. */
function hashOf(inputs) {
  const hash = createHash('sha256').update(`${process.arch} ${process.versions.modules}\n`);
  for (const input of inputs) {
    for (const file of filesOf(path.join(ROOT, input))) {
      hash.update(`${path.relative(ROOT, file)}\n`).update(readFileSync(file));
    }
  }
  return hash.digest('hex');
}

function filesOf(entry) {
  if (!existsSync(entry)) return [];
  if (!statSync(entry).isDirectory()) return [entry];
  return readdirSync(entry)
    .sort()
    .flatMap((name) => filesOf(path.join(entry, name)));
}

/** Runs a command quietly; shows what it printed when it fails, and ends. */
export function run(command) {
  const complaint = attempt(command);
  if (complaint !== null) fail(complaint);
}

/** Runs a command that we can do without. */
function runOrSay(command) {
  const complaint = attempt(command);
  if (complaint !== null) say(complaint);
}

function attempt(command) {
  const [program, ...args] = command;
  const result = spawnSync(program, args, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['inherit', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.status === 0) return null;
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  return `this failed: ${command.join(' ')}${result.error ? ` (${result.error.message})` : ''}`;
}

function say(message) {
  process.stderr.write(`setup: ${message}\n`);
}

function fail(message) {
  say(message);
  process.exit(4);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup(...process.argv.slice(2));
