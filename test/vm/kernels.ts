// Kernels to boot: Debian's packages, downloaded and unpacked into .cache/vm, never installed.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { HostError } from '#src/errors.js';
import { ROOT } from '../support/pktgen.js';

export const DIRECTORY = path.join(ROOT, '.cache/vm');

/** Suites of Debian whose kernels can be booted, and whether virtio_net sends without a copy there. */
export const SUITES = new Map([
  ['bookworm', { zeroCopy: false }], // 6.1
  ['bookworm-backports', { zeroCopy: false }], // 6.12
  ['sid', { zeroCopy: true }], // the newest
]);
/** The oldest and the newest of them. */
export const DEFAULT_SUITES = ['bookworm', 'sid'] as const;

/** Small, and with everything that is needed: its modules are those of virtual machines. */
const PACKAGE = 'linux-image-cloud-amd64';
/** What an image package may be split into. */
const PARTS = /^linux-(image|base|binary|modules)-\d/;
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

export interface Kernel {
  /** As `uname -r` says. */
  readonly release: string;
  readonly image: string;
  /** lib/modules is below it. */
  readonly base: string;
}

/** The kernel of a suite of Debian. Downloaded once: remove .cache/vm to get a newer one. */
export function kernelOf(suite: string): Kernel {
  const unpacked = path.join(DIRECTORY, suite);
  if (!existsSync(unpacked)) download(suite, unpacked);
  const base = ['', 'usr']
    .map((part) => path.join(unpacked, part))
    .find((at) => existsSync(`${at}/lib/modules`));
  const release = base && readdirSync(path.join(base, 'lib/modules'))[0];
  const image = [`${unpacked}/boot/vmlinuz-${release}`, `${base}/lib/modules/${release}/vmlinuz`].find(
    existsSync,
  );
  if (!base || !release || !image) throw new Error(`no kernel in ${unpacked}: remove it and try again`);
  return { release, image, base };
}

function download(suite: string, unpacked: string): void {
  const work = `${unpacked}.part`;
  rmSync(work, { recursive: true, force: true });
  const apt = new PrivateApt(path.join(work, 'apt'), suite);
  const packages = path.join(work, 'packages');
  const tree = path.join(work, 'tree');
  for (const directory of [packages, tree]) mkdirSync(directory);
  apt.get(packages, 'download', ...apt.partsOf(PACKAGE));
  for (const file of readdirSync(packages)) output('dpkg-deb', ['-x', path.join(packages, file), tree]);
  const base = existsSync(`${tree}/lib/modules`) ? tree : `${tree}/usr`;
  const release = readdirSync(`${base}/lib/modules`)[0] ?? '';
  output('depmod', ['-b', base, release]);
  renameSync(tree, unpacked); // last: what is there is complete
  rmSync(work, { recursive: true });
}

/** apt with directories of its own and one suite as its only source: the host's lists stay as they are. */
class PrivateApt {
  private readonly config: string;

  constructor(directory: string, suite: string) {
    for (const part of ['state/lists/partial', 'cache/archives/partial'])
      mkdirSync(path.join(directory, part), { recursive: true });
    const sources = path.join(directory, 'sources.list');
    writeFileSync(sources, `deb [signed-by=${KEYRING}] ${debianArchive()} ${suite} main\n`);
    this.config = path.join(directory, 'apt.conf');
    writeFileSync(
      this.config,
      `Dir::Etc::SourceList "${sources}";
Dir::Etc::SourceParts "-";
Dir::State "${directory}/state";
Dir::Cache "${directory}/cache";
APT::Architecture "amd64";
APT::Sandbox::User "";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
`,
    );
    this.get(directory, 'update');
  }

  get(directory: string, ...args: readonly string[]): void {
    output('apt-get', ['-q', '-c', this.config, ...args], directory);
  }

  /** The packages that hold the files of a kernel's image package. */
  partsOf(name: string): string[] {
    const all = output('apt-cache', ['-c', this.config, 'depends', '--recurse', '--important', name]);
    const parts = new Set(all.split(/[\s:<>]+/).filter((word) => PARTS.test(word)));
    if (parts.size === 0) throw new HostError('NO_KERNEL', `Debian's archive has no kernel package ${name}`);
    return [...parts];
  }
}

/** Where this host gets its Debian packages from. */
function debianArchive(): string {
  const named = process.env['PKTGEN_DEBIAN_ARCHIVE'];
  if (named) return named;
  const filter = ['Created-By: Packages', 'Origin: Debian', 'Label: Debian'];
  const [found] = output('apt-get', ['indextargets', '--format', '$(REPO_URI)', ...filter]).split('\n');
  if (found) return found;
  throw new HostError(
    'NO_ARCHIVE',
    'apt knows no archive of Debian: run `apt-get update`, or name one in PKTGEN_DEBIAN_ARCHIVE',
  );
}

function output(program: string, args: readonly string[], cwd?: string): string {
  return execFileSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd && { cwd }),
  });
}
