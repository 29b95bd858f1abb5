import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { median, type Summary } from 'pktgen';
import { Capture } from '../support/capture.js';
import { Files, pcapOf, plainFrame } from '../support/capture-file.js';
import { needsRoot, withNamespace } from '../support/namespace.js';
import { PATIENCE, pktgen, pktgenJson } from '../support/pktgen.js';

const MS = 1e6;
/** Uneven gaps, from none to 20 ms. */
const TIMES = [0, 0.3, 1, 1, 1.05, 5, 12.5, 12.6, 32, 33, 40].map((ms) => ms * MS);
const LAST = 40 * MS;
/** From 11 frames: 10 gaps. */
const LAP = LAST * 1.1;
/** Many times what it takes on a machine that does nothing else. */
const MEDIAN_ERROR_NS = 500_000 * PATIENCE;
const TOTAL_ERROR = 0.05 * PATIENCE;

const files = new Files();
after(() => files.remove());

function fileOf(name: string, timesNs: readonly number[]): string {
  const frames = timesNs.map((timeNs, i) => ({
    data: plainFrame(100, i),
    timeNs: 1_700_000_000_123_456_789n + BigInt(timeNs),
  }));
  return files.write(name, pcapOf(frames, { nanoseconds: true }));
}

const known = fileOf('known.pcap', TIMES);

interface Seen {
  readonly summary: Summary & { readonly status: number | null };
  readonly timesNs: readonly number[];
  /** The byte by which the frames of the file differ. */
  readonly marks: readonly number[];
}

/** Sends it over a wire, where the kernel says when each frame arrived. */
async function seen(args: readonly string[], frames: number): Promise<Seen> {
  let result: Seen | undefined;
  await withNamespace(async (namespace) => {
    namespace.addPair();
    const capture = await Capture.start(namespace.prefix, 'far0', frames);
    try {
      const summary = await pktgenJson([...args, '--iface', 'near0'], namespace);
      await capture.complete();
      const marks = capture.frames().map((frame) => Number.parseInt(frame.slice(40, 42), 16));
      result = { summary, timesNs: capture.timesNs(), marks };
    } finally {
      capture.remove();
    }
  });
  assert.ok(result);
  return result;
}

/** From the frame that is least late: another one that kept the machine busy may have delayed the first. */
function medianError({ timesNs }: Seen, ideal: readonly number[]): number {
  const late = timesNs.map((timeNs, i) => timeNs - (ideal[i] ?? 0));
  const least = Math.min(...late);
  return median(late.map((ns) => ns - least));
}

const ATTEMPTS = 5;

/** Frames arrive at these times, in one of a few attempts: others use this machine, too. */
async function assertKept(args: readonly string[], ideal: readonly number[]): Promise<Seen> {
  for (let attempt = 1; ; attempt++) {
    const result = await seen(args, ideal.length);
    assert.equal(result.timesNs.length, ideal.length);
    const error = medianError(result, ideal);
    const ratio = (result.timesNs.at(-1) ?? 0) / (ideal.at(-1) ?? 0);
    if (error < MEDIAN_ERROR_NS && Math.abs(ratio - 1) < TOTAL_ERROR) return result;
    assert.ok(attempt < ATTEMPTS, `median error ${error} ns, ${ratio} times as long`);
  }
}

function laps(count: number, speed = 1): number[] {
  return Array.from({ length: count }, (_, lap) => TIMES.map((time) => (lap * LAP + time) / speed)).flat();
}

describe('the times of a replay', { skip: needsRoot }, () => {
  it('are those of the file, and laps follow each other at the mean gap', async () => {
    const { summary, marks } = await assertKept(['replay', known, '--loop', '5'], laps(5));
    assert.equal(summary.plan.schedule.asked, 'recorded');
    assert.deepEqual(marks, Array(5).fill(marks.slice(0, TIMES.length)).flat(), 'in the order of the file');
    assert.deepEqual([summary.plan.captures[0]?.durationNs, summary.plan.captures[0]?.lapNs], [LAST, LAP]);
  });

  it('are scaled by a speed', async () => {
    await assertKept(['replay', known, '--loop', '4', '--speed', '2x'], laps(4, 2));
    await assertKept(['replay', known, '--loop', '2', '--speed', '0.25x'], laps(2, 0.25));
  });

  it('give way to a rate, or to none', async () => {
    const even = Array.from({ length: 110 }, (_, k) => k * 2 * MS);
    await assertKept(['replay', known, '--loop', '10', '--rate', '500pps'], even);
    const { summary, timesNs } = await seen(['replay', known, '--loop', '100', '--top-speed'], 1100);
    assert.equal(summary.total.packets, 1100);
    assert.ok((timesNs.at(-1) ?? Number.NaN) < 50 * LAP, 'in less than half of what it took to record');
  });

  it('are the same for two workers together', async () => {
    const { summary } = await assertKept(['replay', known, '--loop', '5', '--cpus', '0,1'], laps(5));
    assert.equal(summary.workers.length, 2);
  });

  it('hold with other hosts in each loop, too', async () => {
    await assertKept(['replay', known, '--loop', '3', '--unique-ip'], laps(3));
  });

  it('wait where a frame is left out, and never go back', async () => {
    const frames = [0, 30, 20, 25, 60, 90].map((ms, i) => ({
      data: plainFrame(100, i),
      timeNs: BigInt(ms * MS),
      wireBytes: ms === 60 ? 2000 : 100,
    }));
    const file = files.write('back.pcap', pcapOf(frames));
    const ideal = [0, 30, 30, 30, 90].map((ms) => ms * MS);
    const { summary, marks } = await assertKept(['replay', file], ideal);
    assert.equal(new Set(marks).size, 5);
    const note = /2 frames of \S+ are stamped earlier than the one before: sent right after it: frame 3, 4/;
    assert.match(summary.plan.notes.join('\n'), note);
  });

  it('of a capture in a profile do not depend on its neighbours', async () => {
    const file = files.path('both.yaml');
    const text = `streams:
  - {name: capture, capture: {file: known.pcap}, rate: recorded 0.5x, count: 22}
  - {name: probe, rate: gap 1ms, count: 150, headers: [udp]}
`;
    writeFileSync(file, text);
    const probes = Array.from({ length: 150 }, (_, k) => k * MS);
    const ideal = [...laps(2, 0.5), ...probes].sort((a, b) => a - b);
    const { summary } = await assertKept(['--profile', file], ideal);
    assert.deepEqual(
      summary.streams.map(({ packets }) => packets),
      [22, 150],
    );
  });
});

describe('pktgen replay', () => {
  const one = fileOf('one.pcap', [5]);

  it('says how long a lap takes', async () => {
    const { stdout } = await pktgen(['replay', known, '--lab', '--dry-run', '--speed', '2x']);
    assert.match(
      stdout,
      /capture {2}\S+: 11 frames, 1,144 bytes \(FCS included\); 1 loop; 22ms each at 2x\n/,
    );
  });

  it('sends what has no gaps at top speed, and says so', async () => {
    const summary = await pktgenJson(['replay', one, '--lab', '--loop', '1000']);
    assert.equal(summary.total.packets, 1000);
    assert.match(summary.plan.notes.join('\n'), /has a single frame, so that there are no gaps to keep/);
  });

  it('refuses what cannot be together', async () => {
    for (const [args, pattern] of [
      [[known, '--speed', '2x', '--rate', '5pps'], /^pktgen: --speed and --rate exclude each other/],
      [[known, '--rate', '5pps', '--top-speed'], /^pktgen: --rate and --top-speed exclude each other/],
      [[known, '--speed', '2'], /^pktgen: --speed 2: expected a speed from 0.001x to 1000x, such as 2x\n$/],
      [[known, '--speed', '1001x'], /^pktgen: --speed 1001x: expected a speed from 0.001x to 1000x/],
      [
        [known, '--rate', '10 Mps'],
        /^pktgen: --rate 10 Mps: Mps is no unit of a rate; did you mean 10Mpps\?\n$/,
      ],
      [
        [one, '--speed', '2x'],
        /^pktgen: recorded 2x: \S+ has a single frame, so that there are no gaps to keep/,
      ],
    ] as const) {
      const { status, stderr, stdout } = await pktgen(['replay', ...args, '--lab']);
      assert.equal(status, 2, stderr);
      assert.match(stderr, pattern);
      assert.equal(stdout, '');
    }
  });
});
