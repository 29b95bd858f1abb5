import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDashboard, type Dashboard } from '#src/tui/dashboard.js';
import { ASCII, BLOCKS, type Size } from '#src/tui/page.js';
import { delta, snapshot, worker, workerPlan } from '../support/samples.js';
import {
  after,
  labPlan,
  leg,
  linesOf,
  mix,
  pageOf,
  running,
  SIZES,
  shown,
  streams,
  watched,
} from '../support/screens.js';

const PAGES = [1, 2, 3, 4] as const;
const EVIL = 'e\u001b[2J\u0007\n日本😀\u202e{bold}';

/** Everything that a page may be asked to show. */
const SCENES: Readonly<Record<string, () => Dashboard>> = {
  'nothing yet': createDashboard,
  'a leg without a snapshot': () => watched(0, { packets: [] }),
  'a steady run': () => watched(20, { packets: [2e6, 2.1e6] }),
  zero: () => watched(8, { packets: [0, 0] }),
  'no workers': () => watched(8, { packets: [] }),
  huge: () => watched(9, { packets: [4e14, 1e15] }),
  'more than numbers': () => watched(9, { packets: [Number.MAX_VALUE, 1e300] }),
  infinite: () => watched(9, { packets: [Number.POSITIVE_INFINITY, 5] }),
  'no numbers': () => watched(9, { packets: [Number.NaN, Number.NaN], times: { idleSeconds: Number.NaN } }),
  'no device': () => without({ device: null, farEnd: null }),
  disagreeing: () =>
    without({ device: delta({ name: 'lab0', txPackets: 5 }), farEnd: delta({ name: 'lab1', gone: true }) }),
  'no speed': noSpeed,
  'going backwards': () => {
    const dashboard = watched(9, { packets: [2e6] });
    dashboard.observe(after(1, { packets: [5] }));
    return dashboard;
  },
  '64 workers': () => watched(8, { packets: Array(64).fill(3e5) }, leg({ plan: manyWorkers() })),
  '10,000 streams': manyStreams,
  'names of others': evil,
  ended: () =>
    without({ workers: [worker({ endReason: 'error', endError: 'ENETDOWN', errors: { ENOBUFS: 1e15 } })] }),
};

function without(changes: Parameters<typeof after>[2]): Dashboard {
  const dashboard = createDashboard();
  dashboard.begin(leg({ countPackets: 1e6, durationNs: 1e9 }));
  for (let i = 1; i < 9; i++) dashboard.observe(after(i, { packets: [1e6, 1e6] }, changes));
  return dashboard;
}

function noSpeed(): Dashboard {
  const plan = labPlan({ linkSpeedMbps: null, target: { kind: 'none' } });
  return watched(
    6,
    { packets: [2e6, 1e6] },
    leg({ plan: { ...plan, schedule: { ...plan.schedule, lineRateBps: null } } }),
  );
}

function manyWorkers() {
  return labPlan({ workers: Array.from({ length: 64 }, (_, i) => workerPlan(i, i)) });
}

function manyStreams(): Dashboard {
  const names = Array.from({ length: 10_000 }, (_, i) => `stream-${i}`);
  const traffic = mix(Object.fromEntries(names.map((name) => [name, 3])));
  const dashboard = createDashboard();
  dashboard.begin(leg({ plan: labPlan({ traffic }) }));
  for (let i = 1; i < 9; i++) {
    const counts = streams(Object.fromEntries(names.map((name, n) => [name, i * n])));
    dashboard.observe(after(i, { packets: [2e6, 2e6] }, { streams: counts }));
  }
  return dashboard;
}

function evil(): Dashboard {
  const plan = labPlan({
    traffic: mix({ [EVIL]: 1, [`${EVIL}2`]: 2 }),
    target: { kind: 'interface', name: EVIL },
    engine: { name: 'pcap', options: { to: EVIL }, chosen: 'rule', why: EVIL },
    notes: [EVIL],
  });
  const dashboard = createDashboard();
  dashboard.begin(leg({ plan, driver: EVIL, modes: [EVIL], profile: EVIL, muted: [`${EVIL}3`] }));
  const device = delta({ name: EVIL, txPackets: 7 });
  dashboard.observe(
    after(4, { packets: [100] }, { device, farEnd: device, streams: streams({ [EVIL]: 100 }) }),
  );
  dashboard.say(`${EVIL} ${EVIL.repeat(20)}`);
  return dashboard;
}

function check(dashboard: Dashboard, size: Size, what: string): void {
  for (const page of PAGES) {
    for (const glyphs of [BLOCKS, ASCII]) {
      for (const looks of [{}, { selected: 9_999, scroll: 9_998 }, { question: 'quit? y/n '.repeat(30) }]) {
        const made = pageOf(dashboard, { looks: { page, ...looks }, size, glyphs });
        const lines = linesOf(made);
        const where = `${what}, page ${page} at ${size.columns}x${size.rows}`;
        assert.ok(lines.length <= size.rows, `${where}: ${lines.length} lines`);
        for (const line of lines) {
          assert.ok([...line].length === line.length && line.length <= size.columns, `${where}: "${line}"`);
          const allowed = glyphs === ASCII ? /^[ -~]*$/ : /^[ -~µ–→…·█▓▒░╳│─▁-▇é?]*$/;
          assert.match(line, allowed, where);
          assert.doesNotMatch(line, /NaN|Infinity|undefined|null|\[object/, where);
        }
        for (const { row, fromColumn, toColumn } of made.hits) {
          assert.ok(
            row < lines.length && fromColumn >= 0 && fromColumn < toColumn && toColumn <= size.columns,
            where,
          );
        }
        if (made.list)
          assert.ok(made.list.visible <= made.list.elements && made.list.visible < size.rows, where);
      }
    }
  }
}

for (const [name, scene] of Object.entries(SCENES)) {
  test(`${name}: every page fits every terminal, and is text of width one`, () => {
    const dashboard = scene();
    for (const size of SIZES) check(dashboard, size, name);
  });
}

test('a terminal that is too small is told its size and the one that is wanted', () => {
  const dashboard = watched(8, { packets: [2e6, 2e6] });
  const at = (columns: number, rows: number) => shown(dashboard, { size: { columns, rows } });
  assert.equal(at(59, 15), '59x15 is too small\nat least 60x15');
  assert.equal(at(200, 14), '200x14 is too small\nat least 60x15');
  assert.equal(at(40, 1), '40x1 is too small, at least 60x15');
  for (let columns = 0; columns < 62; columns++) {
    for (let rows = 0; rows < 17; rows++) check(dashboard, { columns, rows }, 'small');
  }
  for (const rows of [Number.NaN, -1, 1.5])
    assert.ok(linesOf(pageOf(dashboard, { size: { columns: rows, rows } })).length < 2);
});

test('every page of every size in between fits', () => {
  const dashboard = watched(20, { packets: [2e6, 2.1e6] });
  dashboard.say('a message');
  for (let columns = 60; columns <= 210; columns += 1)
    check(dashboard, { columns, rows: 15 + (columns % 50) }, 'between');
});

test('a page of 10,000 streams is made of what is seen of them', () => {
  const dashboard = manyStreams();
  const size = { columns: 100, rows: 30 };
  const page = pageOf(dashboard, { looks: { page: 3, scroll: 5000, selected: 5003 }, size });
  const rows = linesOf(page).filter((line) => line.startsWith('stream-'));
  assert.match(rows[0] ?? '', /^stream-5000 +0\.01 +0\.01 /);
  assert.deepEqual(page.list, { elements: 10_000, visible: rows.length });
  assert.ok(rows.length >= 20);
  const picked = page.hits.filter(({ action }) => action.startsWith('select:')).map(({ action }) => action);
  assert.deepEqual(picked[3], 'select:5003');
  const selected = page.lines.find(
    (line) => line[0]?.text.startsWith('stream-') && line[0].style === 'selected',
  );
  assert.match(selected?.[0]?.text ?? '', /^stream-5003/);
  const end = shown(dashboard, { looks: { page: 3, scroll: 1e9 }, size });
  assert.match(end, /stream-9999/);
});

test('of 64 workers each can be reached and picked', () => {
  const dashboard = SCENES['64 workers']?.() ?? createDashboard();
  const page = pageOf(dashboard, { looks: { page: 2, scroll: 60, selected: 63 } });
  const lines = linesOf(page);
  const { visible = 0, elements } = page.list ?? {};
  assert.equal(elements, 64);
  assert.ok(visible >= 2);
  assert.ok(lines.some((line) => /^ +63 +63 300\.0 kpps +1\.6 /.test(line)));
  assert.ok(lines.some((line) => line.startsWith('CPU 63, queue 63')));
  assert.ok(page.hits.some(({ action }) => action === 'select:63'));
  assert.match(shown(dashboard), /CPU 0-63 → queue 0-63/);
});

test('tabs and keys can be clicked where they stand', () => {
  const dashboard = watched(8, { packets: [2e6, 2e6] });
  for (const size of SIZES) {
    const page = pageOf(dashboard, { size });
    const lines = linesOf(page);
    const under = (action: string) => {
      const hit = page.hits.find((one) => one.action === action);
      return hit ? (lines[hit.row] ?? '').slice(hit.fromColumn, hit.toColumn) : undefined;
    };
    assert.deepEqual(
      PAGES.map((i) => under(String(i))?.trim()[0]),
      ['1', '2', '3', '4'],
    );
    assert.equal(under('q'), 'q quit');
    assert.equal(under('space'), 'space pause');
    assert.equal(under('+'), '+');
    assert.equal(under('-'), '- rate');
  }
});

test('a question takes the place of the keys', () => {
  const page = pageOf(watched(8, { packets: [2e6] }), { looks: { question: 'quit? (y/n)' } });
  assert.equal(linesOf(page).at(-1), 'quit? (y/n)');
  assert.equal(
    page.hits.some(({ row }) => row === 23),
    false,
  );
});

test('a worker that the kernel answered with an error is named', () => {
  assert.match(SCENES['ended'] ? shown(SCENES['ended']()) : '', /CPU 2 ended: the kernel answered ENETDOWN/);
});

test('states are told apart', () => {
  const state = (changes: Parameters<typeof running>[2], more = {}) => {
    const dashboard = createDashboard();
    dashboard.begin(leg());
    const one = running(changes?.packets ?? 100, 1, changes);
    dashboard.observe(
      snapshot([one], { elapsedSeconds: 65, ...more, ...('warmup' in more ? { warmup: [one] } : {}) }),
    );
    return shown(dashboard)
      .split('\n')[0]
      ?.match(/device +(.*)$/)?.[1];
  };
  assert.equal(state({}), 'running  1:05');
  assert.equal(state({ state: 'paused' }), 'paused  1:05');
  assert.equal(state({ state: 'done', endReason: 'count' }), 'done  1:05');
  assert.equal(state({ state: 'ready', packets: 0 }), 'starting  1:05');
  assert.equal(state({}, { warmup: true }), 'warming up  1:05');
});
