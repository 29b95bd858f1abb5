import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLI, finished, lineOf } from '../support/pktgen.js';

/** pktgen in a terminal of its own, made by script(1); what is written to its input are the keys. */
function inTerminal(...args: readonly string[]): ChildProcessWithoutNullStreams {
  const command = [process.execPath, CLI, ...args].join(' ');
  // After it the terminal's own state is printed: raw mode must not stay behind.
  return spawn('script', ['-qec', `${command}; echo status=$?; stty -a`, '/dev/null'], { timeout: 30_000 });
}

describe('in a terminal, with plain lines', () => {
  it('a run goes on until q; space pauses and resumes; the terminal is left as it was', async () => {
    const child = inTerminal('--lab', '--cpus', '0', '--no-tui');
    const result = finished(child);
    await lineOf(child, /until stopped[\s\S]*1\.0 s/);
    child.stdin.write(' ');
    await lineOf(child, /paused/);
    child.stdin.write(' ');
    await sleep(300);
    child.stdin.write('q');
    const { stdout } = await result;
    assert.match(stdout, /all arrived/);
    assert.match(stdout, /status=0/);
    assert.match(stdout, / icanon/);
    assert.match(stdout, / echo /);
  });

  it('+ and - change the rate by a tenth, also of a run that had none', async () => {
    const child = inTerminal('--lab', '--cpus', '0', '--rate', '1kpps', '--no-tui');
    const result = finished(child);
    await lineOf(child, /1\.0 s/);
    child.stdin.write('++-');
    await lineOf(child, /rate 1\.000 kpps → 1\.100 kpps[\s\S]*→ 1\.210 kpps[\s\S]*→ 1\.100 kpps/);
    await lineOf(child, /asked 1\.100 kpps/);
    child.stdin.write('q');
    const { stdout } = await result;
    assert.match(stdout, /rate {5}asked 1\.100 kpps at the end, .*; changed 3 times/);

    const free = inTerminal('--lab', '--cpus', '0', '--engine', 'tx-ring', '--no-tui');
    const ended = finished(free);
    await lineOf(free, /1\.0 s/);
    free.stdin.write('-');
    await lineOf(free, /rate [\d.]+ [kM]?pps → [\d.]+ [kM]?pps[\s\S]*asked/);
    free.stdin.write('q');
    assert.match((await ended).stdout, /all arrived/);
  });

  it('Ctrl-C ends it with the summary', async () => {
    const child = inTerminal('--lab', '--cpus', '0', '--no-tui');
    const result = finished(child);
    await lineOf(child, /1\.0 s/);
    child.stdin.write('\u0003');
    const { stdout } = await result;
    assert.match(stdout, /all arrived/);
    assert.match(stdout, /status=0/);
  });
});

describe('without a terminal', () => {
  it('--json keeps standard output to one object, and the lines go to standard error', async () => {
    const child = spawn(process.execPath, [CLI, '--lab', '--duration', '1100ms', '--json'], {
      timeout: 30_000,
    });
    const { stdout, stderr } = await finished(child);
    assert.equal((JSON.parse(stdout) as { schemaVersion: number }).schemaVersion, 4);
    assert.match(stderr, /ns\/pkt[\s\S]*1\.0 s/);
  });

  it('a reader that is gone before the first line is no error', () => {
    for (const args of ['--help', 'devices', '--lab --dry-run']) {
      const shell = `{ ${process.execPath} ${CLI} ${args}; echo "status=$?" >&2; } | true`;
      const { stderr } = spawnSync('sh', ['-c', shell], { encoding: 'utf8', timeout: 20_000 });
      assert.equal(stderr, 'status=0\n');
    }
  });

  it('--help names every option with its unit, --version the version', async () => {
    const help = (await finished(spawn(process.execPath, [CLI, '--help']))).stdout;
    for (const flag of [
      '--iface',
      '--lab',
      '--size',
      '--qdisc-bypass',
      '--ring-frames',
      '--count',
      '--force',
    ]) {
      assert.match(help, new RegExp(`^  ${flag} `, 'm'));
    }
    assert.match(help, /--size +SIZE .*FCS included, 64…9022/);
    assert.match(help, /Exit codes: 0 ran as asked/);
    assert.match((await finished(spawn(process.execPath, [CLI, '--version']))).stdout, /^\d+\.\d+\.\d+\n$/);
  });
});
