import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunPlan } from '#src/run/plan.js';
import type { Run } from '#src/run/session.js';
import { LINE_RATE, plan, snapshot, UNPACED, worker, workerPlan } from '../support/samples.js';
import { cellsOf, HEADINGS, lineOf, linesOf } from '../support/text.js';

const TWO_WORKERS = [workerPlan(2, 0), workerPlan(3, 1)];
const LAB = { kind: 'lab', name: 'lab0', farEnd: 'lab1', queues: 2 } as const;
const HALF = LINE_RATE.packets / 2;

/** A run as far as an output looks at it before the first snapshot. */
function runOf(changes: Partial<RunPlan> = {}, namespaces: Run['namespaces'] = null): Run {
  return { plan: plan(changes), namespaces } as Run;
}

test('the head says where to, how, for how long, and the budget of a packet', () => {
  const lines = linesOf((output) =>
    output.start(runOf({ countPackets: 5_000_000, durationNs: 10e9, notes: ['dark'] })),
  );
  assert.deepEqual(lines.slice(0, 5), [
    'to       eth1',
    'engine   tx-ring --qdisc-bypass --ring-frames 128 --batch 64',
    'workers  1 on CPU 2, for 5,000,000 frames or 10.00 s',
    'frames   64 bytes, FCS included; line rate at 10.00 Gbit/s: 14.88 Mpps, 67.2 ns per packet',
    'note     dark',
  ]);
  assert.deepEqual(cellsOf(lines.at(-1)), HEADINGS);
});

test('two workers have twice the budget each; without limits the run lasts until it is stopped', () => {
  const lines = linesOf((output) => output.start(runOf({ workers: TWO_WORKERS })));
  assert.equal(lineOf(lines, 'workers'), 'workers  2 on CPU 2-3, until stopped');
  assert.equal(lines[3], '         CPU 2 → queue 0; CPU 3 → queue 1');
  assert.match(lineOf(lines, 'frames'), /14\.88 Mpps, 134\.4 ns per packet and worker$/);
});

test('what workers have in common is shown: a core, and the NUMA node where there are several', () => {
  const near = { ...workerPlan(2, null), sharesCoreWith: [6] };
  const workers = [near, { ...workerPlan(6, 1), numaNode: 1, sharesCoreWith: [2] }];
  const lines = linesOf((output) => output.start(runOf({ workers })));
  assert.equal(
    lines[3],
    '         CPU 2 → node 0, the core of CPU 6; CPU 6 → queue 1, node 1, the core of CPU 2',
  );
});

test('without a known speed there is no line rate to compare with', () => {
  const lines = linesOf((output) => {
    output.start(runOf({ target: { kind: 'none' }, schedule: { ...UNPACED, lineRateBps: null } }));
    output.tick(undefined, snapshot([worker()]));
  });
  assert.equal(lineOf(lines, 'to '), 'to       nowhere');
  assert.equal(lineOf(lines, 'frames'), 'frames   64 bytes, FCS included');
  assert.equal(cellsOf(lines.at(-1))[5], '–');
});

test('a lab is described as the pair or the device that it is', () => {
  const to = (target: RunPlan['target']) =>
    lineOf(
      linesOf((output) => output.start(runOf({ target }))),
      'to ',
    );
  assert.match(to({ ...LAB, farEndDoes: 'stack', queues: 3 }), /lab0.*veth.*3 queues.*lab1$/);
  assert.match(to({ kind: 'lab-sink', name: 'sink0', queues: 3 }), /sink0.*drop.*3 queues/);
});

test('a lab comes with the command to look into it', () => {
  const target = { ...LAB, farEndDoes: 'stack' } as const;
  const look = (user: string | null) =>
    lineOf(
      linesOf((output) => output.start(runOf({ target }, { net: '/proc/1/fd/20', user }))),
      'look in',
    );
  assert.equal(look(null), 'look in  nsenter --net=/proc/1/fd/20 tcpdump -c 10 -ni lab1');
  const sink = runOf(
    { target: { kind: 'lab-sink', name: 'sink0', queues: 2 } },
    { net: '/proc/1/fd/20', user: null },
  );
  assert.ok(!linesOf((output) => output.start(sink)).some((line) => line.includes('nsenter')));
  assert.match(look('/proc/1/fd/21'), /nsenter --preserve-credentials --user=\/proc\/1\/fd\/21 --net=/);
});

test('where the far end drops, tcpdump would see nothing: the counters are shown instead', () => {
  const target = { ...LAB, farEndDoes: 'drop' } as const;
  const lines = linesOf((output) => output.start(runOf({ target }, { net: '/proc/1/fd/20', user: null })));
  assert.match(lineOf(lines, 'to '), /lab1, which drops every frame$/);
  assert.equal(lineOf(lines, 'look in'), 'look in  nsenter --net=/proc/1/fd/20 ip -s link show lab1');
  assert.ok(lines.some((line) => line.includes('--far-end stack')));
});

test('an engine that was not asked for comes with the reason', () => {
  const engine = {
    name: 'tx-ring',
    options: {},
    chosen: 'rule',
    why: 'the fastest that can run here',
  } as const;
  const lines = linesOf((output) => output.start(runOf({ engine })));
  assert.equal(
    lineOf(lines, 'engine'),
    'engine   tx-ring --batch 64 (by rule: the fastest that can run here)',
  );
});

test('one worker is one line a tick, with the rates since the tick before', () => {
  const before = snapshot([worker()]);
  const after = worker({ packets: LINE_RATE.packets * 1.1, seconds: 42, cpuSeconds: 41.16, busy: 1234 });
  const lines = linesOf((output) => {
    output.start(runOf());
    output.tick(undefined, before);
    output.tick(before, snapshot([after], { elapsedSeconds: 42.04 }));
  });
  const [headings = '', ...ticks] = lines.slice(-3);
  assert.deepEqual(ticks.map(cellsOf), [
    ['21.0 s', '2', '14.88 Mpps', '7.619 Gbit/s', '10.00 Gbit/s', '100.00', '67.2', '65.9', '50.0', '0'],
    ['42.0 s', '2', '1.488 Mpps', '761.9 Mbit/s', '1.000 Gbit/s', '10.00', '672.0', '658.6', '50.0', '1,234'],
  ]);
  for (const tick of ticks) assert.equal(tick.length, headings.length);
});

test('several workers have a line each and one in total', () => {
  const workers = [worker({ packets: HALF }), worker({ cpu: 3, packets: HALF })];
  const lines = linesOf((output) => {
    output.start(runOf({ workers: TWO_WORKERS }));
    output.tick(undefined, snapshot(workers));
  });
  const rows = lines.slice(-3).map(cellsOf);
  assert.deepEqual(
    rows.map((cells) => cells[1]),
    ['2', '3', 'total'],
  );
  assert.deepEqual(
    rows.map((cells) => cells[2]),
    ['7.440 Mpps', '7.440 Mpps', '14.88 Mpps'],
  );
  assert.deepEqual(
    rows.map((cells) => cells[5]),
    ['50.00', '50.00', '100.00'],
  );
  assert.deepEqual(
    rows.map((cells) => cells[6]),
    ['134.4', '134.4', '134.4'],
  );
});

test('an idle second has dashes where there is nothing to divide by', () => {
  const still = snapshot([worker()]);
  const cells = cellsOf(linesOf((output) => output.tick(still, still)).at(-1));
  assert.deepEqual(cells.slice(2), ['0 pps', '0 bit/s', '0 bit/s', '–', '–', '–', '–', '0']);
});

test('a flag that is off is left out of the head', () => {
  const engine = { name: 'tx-ring', options: { qdiscBypass: false }, chosen: 'asked', why: '' } as const;
  const lines = linesOf((output) => output.start(runOf({ engine, batch: 7 })));
  assert.equal(lineOf(lines, 'engine'), 'engine   tx-ring --batch 7');
});

test('a run says that it is paused when every worker is', () => {
  const [paused, running] = [worker({ state: 'paused' }), worker({ state: 'running' })];
  const last = (...workers: (typeof paused)[]) =>
    linesOf((output) => output.tick(undefined, snapshot(workers))).at(-1);
  assert.match(last(paused) ?? '', / paused$/);
  assert.match(last(paused, paused) ?? '', /total.* paused$/);
  assert.doesNotMatch(last(paused, running) ?? '', /paused/);
});
