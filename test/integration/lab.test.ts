import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { hostState, needsRoot, run } from '../support/namespace.js';
import {
  finished,
  lineOf,
  pktgen,
  pktgenJson,
  spawnPktgen,
  WITHOUT_CAPABILITIES,
} from '../support/pktgen.js';

/** Every process that is in, or holds a descriptor of, the namespace "net:[inode]". */
function holdersOf(namespace: string): string[] {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.filter((process) => {
    const descriptors = list(`/proc/${process}/fd`).map((fd) => `/proc/${process}/fd/${fd}`);
    return [`/proc/${process}/ns/net`, ...descriptors].some((link) => target(link) === namespace);
  });
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // the process has ended meanwhile
  }
}

function target(link: string): string | null {
  try {
    return readlinkSync(link);
  } catch {
    return null;
  }
}

describe('the lab', () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const) {
    it(`is held by pktgen alone and gone after ${signal}`, async () => {
      const before = hostState();
      const child = spawnPktgen(['--lab', '--duration', '20s']);
      const result = finished(child);
      const [, file = ''] = await lineOf(child, /--net=(\/proc\/\d+\/fd\/\d+)/);
      const namespace = target(file) ?? '';
      assert.match(namespace, /^net:\[\d+\]$/);
      assert.notEqual(namespace, target('/proc/self/ns/net'));
      assert.deepEqual(holdersOf(namespace), [String(child.pid)]);
      await lineOf(child, /\d [kM]pps/); // it is sending
      child.kill(signal);
      const { status, stdout } = await result;
      assert.equal(status, signal === 'SIGKILL' ? null : 0, stdout);
      if (signal !== 'SIGKILL') assert.match(stdout, /far end +lab1 received [\d,]+.*: all arrived/);
      assert.deepEqual(holdersOf(namespace), []);
      assert.equal(hostState(), before);
    });
  }

  it('works without any capability, in a user namespace', { skip: needsRoot }, async () => {
    const summary = await pktgenJson(['--lab', '--count', '100003', '--qdisc-bypass'], {
      prefix: WITHOUT_CAPABILITIES,
    });
    assert.equal(summary.status, 0);
    assert.equal(summary.farEnd?.rxPackets, 100_003);
  });

  it('can be looked into from outside without privileges, too', { skip: needsRoot }, async () => {
    const child = spawnPktgen(['--lab', '--cpus', '0', '--duration', '20s'], {
      prefix: WITHOUT_CAPABILITIES,
    });
    const [, command = ''] = await lineOf(child, /look in +(nsenter .*)/);
    const seen = run('setpriv', ...WITHOUT_CAPABILITIES.slice(1), ...command.split(' '));
    child.kill('SIGINT');
    assert.match(seen, /lab1@lab0.*[\s\S]*RX: +bytes/);
  });

  it('names the setting that forbids it', async () => {
    // In a user namespace of its own the limit is that namespace's own, and the host's stays as it is.
    const shell = 'echo 0 > /proc/sys/user/max_net_namespaces && exec "$@"';
    const prefix = ['unshare', '--user', '--map-root-user', 'sh', '-c', shell, 'sh'];
    const { status, stdout, stderr } = await pktgen(['--lab', '--count', '1'], { prefix });
    assert.equal(status, 4);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /^pktgen: the lab cannot be made: .*\(ENOSPC\); user\.max_net_namespaces = 0 forbids it/,
    );
  });

  it('fits any frame size and as many workers as there are CPUs', async () => {
    const summary = await pktgenJson(['--lab', '--size', '9022', '--count', '1000']);
    assert.equal(summary.status, 0);
    assert.equal(summary.farEnd?.rxBytes, 1000 * 9018);
  });

  it('is not made by a dry run, which shows the frame', async () => {
    const { status, stdout } = await pktgen(['--lab', '--dry-run', '--size', '128']);
    assert.equal(status, 0);
    assert.match(stdout, /0x0000: {2}0200 0000 0000 0270 6b74 0001 0800 4500/);
    assert.match(stdout, /nothing was sent/);
  });
});
