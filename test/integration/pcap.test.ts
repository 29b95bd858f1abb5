import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { framesOf } from '../support/capture.js';
import { pktgen, pktgenJson } from '../support/pktgen.js';
import { written } from '../support/written.js';

describe('the engine pcap', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'pktgen-'));
  const file = path.join(directory, 'frames.pcap');
  after(() => rmSync(directory, { recursive: true }));

  it('writes the frames of the plan, which tcpdump reads back, and is meant by --to', async () => {
    const summary = await pktgenJson(['--to', file, '--count', '130', '--size', '100']);
    assert.equal(summary.status, 0);
    assert.equal(summary.plan.engine.name, 'pcap');
    assert.equal(summary.total.packets, 130);
    assert.deepEqual(framesOf(file), Array(130).fill(summary.plan.frameHex));
  });

  it('replaces an existing file, and ends by itself after 1000 frames', async () => {
    await pktgenJson(['--to', file]);
    assert.equal(framesOf(file).length, 1000);
  });

  it('stamps nanoseconds, in order', async () => {
    await pktgenJson(['--to', file, '--count', '300', '--batch', '7']);
    const times = execFileSync('tshark', ['-r', file, '-T', 'fields', '-e', 'frame.time_epoch'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .split('\n');
    assert.match(times[0] ?? '', /^\d+\.\d{9}$/);
    assert.ok(Math.abs(Number(times[0]) - Date.now() / 1000) < 60);
    assert.deepEqual(times, times.toSorted());
  });

  it('says which file cannot be written, and why', async () => {
    const result = await pktgen(['--to', path.join(directory, 'none', 'x.pcap')]);
    assert.equal(result.status, 4);
    assert.match(result.stderr, /^pktgen: [^\n]*none\/x\.pcap: No such file or directory \(ENOENT\)\n$/);
    assert.equal(result.stdout, '');
  });

  it('notices a full disk: exit code 1, and only what was written is counted', async () => {
    const summary = await pktgenJson(['--to', '/dev/full']);
    assert.equal(summary.status, 1);
    assert.equal(summary.workers[0]?.endError, 'ENOSPC');
    assert.equal(summary.total.packets, 0);
  });

  it('refuses a second worker, a device, and to work without a file', async () => {
    for (const [args, pattern] of [
      [['--to', file, '--cpus', '0,1'], /engine pcap has 1 worker at most/],
      [['--to', file, '--lab'], /--engine pcap sends nothing: leave --lab out/],
      [['--engine', 'pcap'], /--to: expected FILE, the capture file to write/],
      [['--engine', 'null', '--to', file], /--to: engine null has no such option; it belongs to pcap/],
    ] as const) {
      const { status, stderr } = await pktgen(args);
      assert.equal(status, 2);
      assert.match(stderr, pattern);
    }
  });
});

describe('a FIFO as a capture file', () => {
  it('is refused in one line instead of waiting for a reader', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'pktgen-'));
    try {
      const fifo = path.join(directory, 'fifo');
      execFileSync('mkfifo', [fifo]);
      const { status, stderr } = await pktgen(['--to', fifo, '--count', '3']);
      assert.equal(status, 4);
      assert.match(stderr, /^pktgen: [^\n]*it is a FIFO; name a file\n$/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('a frame that no device takes', () => {
  it('goes to a capture file, and not to a device', async () => {
    const short = ['--packet', 'raw bytes=0102030405060708', '--count', '2'];
    assert.equal((await pktgen([...short, '--lab'])).status, 2);
    assert.deepEqual(
      (await written(short, 2)).map((frame) => frame.toString('hex')),
      Array(2).fill('0102030405060708'),
    );
  });
});
