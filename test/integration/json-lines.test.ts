import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, it } from 'node:test';
import type { Figures, RunPlan, Snapshot, Summary } from 'pktgen';
import { CLI, finished, lineOf, pktgen, spawnPktgen } from '../support/pktgen.js';

type Line =
  | { readonly type: 'start'; readonly schemaVersion: number; readonly plan: RunPlan }
  | { readonly type: 'snapshot'; snapshot: Snapshot; total: Figures; workers: readonly Figures[] }
  | { readonly type: 'message'; readonly text: string }
  | { readonly type: 'end'; readonly summary: Summary };
type Span = Extract<Line, { type: 'snapshot' }>;

/** All of standard output, each line by itself. */
function parse(stdout: string): Line[] {
  assert.ok(stdout.endsWith('\n'));
  return stdout
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

const spansOf = (lines: readonly Line[]) => lines.filter((line): line is Span => line.type === 'snapshot');

function endOf(lines: readonly Line[]): Summary {
  const last = lines.at(-1);
  assert.equal(last?.type, 'end');
  return (last as Extract<Line, { type: 'end' }>).summary;
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

const LAB = ['--lab', '--engine', 'packet', '--cpus', '0,1'];

describe('--json-lines', () => {
  it('is one object a line, from the start to the end, and nothing else', async () => {
    const { status, stdout, stderr } = await pktgen([...LAB, '--duration', '1.2s', '--json-lines']);
    const lines = parse(stdout);
    assert.equal(status, 0, stderr);
    assert.equal(stderr, '');
    assert.equal(lines[0]?.type, 'start');
    assert.equal(lines.filter(({ type }) => type === 'start' || type === 'end').length, 2);
    assert.deepEqual((lines[0] as Extract<Line, { type: 'start' }>).plan, endOf(lines).plan);
  });

  it('tells of each worker where the time of a packet went', async () => {
    const lines = parse((await pktgen([...LAB, '--duration', '1.2s', '--json-lines'])).stdout);
    const [span] = spansOf(lines);
    assert.equal(span?.workers.length, 2);
    for (const { split, nsPerPacket } of span?.workers ?? []) {
      const parts = Object.values(split ?? {}).reduce((all, part) => all + part, 0);
      assert.ok(Math.abs(parts - (nsPerPacket ?? 0)) < 1e-6 * parts, `${parts} of ${nsPerPacket} ns`);
    }
  });

  it('has spans that add up to the end, worker by worker, and to what the kernel counted', async () => {
    const args = [...LAB, '--count', '40003', '--rate', '40kpps', '--json-lines', '--interval', '100ms'];
    const lines = parse((await pktgen(args)).stdout);
    const spans = spansOf(lines);
    const { total, workers, device, farEnd } = endOf(lines);
    assert.ok(spans.length >= 5, `${spans.length} spans in a second of 100 ms each`);
    assert.equal(total.packets, 40_003);
    assert.deepEqual([device?.txPackets, farEnd?.rxPackets], [40_003, 40_003]);
    for (const figure of ['packets', 'bytes', 'syscalls', 'busy'] as const) {
      assert.equal(
        sum(spans, (span) => span.total[figure]),
        total[figure],
      );
      for (const [i, worker] of workers.entries()) {
        assert.equal(
          sum(spans, (span) => span.workers[i]?.[figure] ?? Number.NaN),
          worker[figure],
        );
      }
    }
    const last = spans.at(-1)?.snapshot;
    assert.equal(
      sum(last?.workers ?? [], ({ packets }) => packets),
      total.packets,
    );
    assert.deepEqual(last?.streams, endOf(lines).streams);
  });

  it('comes as often as --interval says', async () => {
    const at = async (interval: string) => {
      const args = [...LAB, '--rate', '1kpps', '--duration', '1s', '--json-lines', '--interval', interval];
      // The last one is that of the end.
      return spansOf(parse((await pktgen(args)).stdout))
        .slice(0, -1)
        .map(({ snapshot }) => snapshot.elapsedSeconds);
    };
    const often = await at('150ms');
    assert.ok(often.length >= 3 && often.length <= 6, `${often}`);
    // A timer of Node's may be early by a millisecond.
    for (const [i, seconds] of often.entries()) assert.ok(seconds >= 0.15 * (i + 1) - 0.002, `${often}`);
    assert.deepEqual(await at('1h'), []);
  });

  it('with --quiet has the end alone, with --dry-run the plan', async () => {
    const quiet = parse((await pktgen([...LAB, '--count', '1000', '--json-lines', '--quiet'])).stdout);
    assert.equal(quiet.length, 1);
    assert.equal(endOf(quiet).total.packets, 1000);
    const dry = parse((await pktgen([...LAB, '--json-lines', '--dry-run'])).stdout);
    assert.deepEqual(
      dry.map(({ type }) => type as string),
      ['plan'],
    );
  });

  it('without its warm-up: streams and the summary have the same, the spans all of it', async () => {
    const rate = ['--rate', '20kpps', '--warmup', '300ms', '--duration', '300ms'];
    const lines = parse((await pktgen([...LAB, ...rate, '--json-lines', '--interval', '100ms'])).stdout);
    const { total, warmup, streams } = endOf(lines);
    assert.ok((warmup?.packets ?? 0) > 0);
    assert.equal(
      sum(spansOf(lines), (span) => span.total.packets),
      total.packets + (warmup?.packets ?? 0),
    );
    assert.equal(streams[0]?.packets, total.packets);
    for (const { snapshot } of spansOf(lines)) {
      const all = sum(snapshot.workers, ({ packets }) => packets);
      const before = sum(snapshot.warmup ?? [], ({ packets }) => packets);
      const counted = sum(snapshot.streams, ({ packets }) => packets);
      // The streams are read a moment later than the workers.
      assert.ok(
        counted >= all - before && counted <= all - before + 2000,
        `${counted} of ${all} − ${before}`,
      );
    }
  });

  it('ends quietly, and leaves only whole lines, when its reader goes away', async () => {
    const child = spawnPktgen([...LAB, '--duration', '20s', '--json-lines', '--interval', '100ms']);
    let seen = '';
    const result = new Promise<number | null>((resolve) => child.on('close', (status) => resolve(status)));
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
      if (seen.split('\n').length > 2) child.stdout?.destroy();
    });
    assert.equal(await result, 0);
    assert.equal(stderr, '');
    const [first = '', second = ''] = seen.split('\n');
    assert.deepEqual(
      [first, second].map((line) => (JSON.parse(line) as Line).type),
      ['start', 'snapshot'],
    );
  });

  it('says what a key did in a line of its own', async () => {
    const command = [process.execPath, CLI, ...LAB, '--rate', '1kpps', '--json-lines'].join(' ');
    const child = spawn('script', ['-qec', command, '/dev/null'], { timeout: 30_000 });
    const result = finished(child);
    await lineOf(child, /"snapshot"/);
    child.stdin.write('+');
    await lineOf(child, /"message"/);
    child.stdin.write('q');
    const { stdout } = await result;
    const lines = parse(stdout.replaceAll('\r\n', '\n'));
    assert.ok(lines.some((line) => line.type === 'message' && line.text === 'rate 1.000 kpps → 1.100 kpps'));
    assert.equal(endOf(lines).pace?.changes, 1);
  });

  it('is refused beside --json, and --interval out of range, in one clear line', async () => {
    for (const [args, message] of [
      [['--json', '--json-lines'], /^pktgen: --json and --json-lines exclude each other: .*\n$/],
      [['--interval', '99ms'], /^pktgen: --interval 99ms: expected a time from 100ms to 1h\n$/],
      [['--interval', '61m'], /^pktgen: --interval 61m: expected a time from 100ms to 1h\n$/],
      [['--interval', 'often'], /^pktgen: --interval often: expected a time with its unit .*\n$/],
    ] as const) {
      const { status, stdout, stderr } = await pktgen(['--lab', ...args]);
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, message);
    }
  });
});
