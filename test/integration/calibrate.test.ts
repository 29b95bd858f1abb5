import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import type { Calibration, Summary } from 'pktgen';
import { needsRoot, withNamespace } from '../support/namespace.js';
import { pktgen, pktgenJson, type Where, WITHOUT_CAPABILITIES } from '../support/pktgen.js';

const home = mkdtempSync(path.join(tmpdir(), 'pktgen-home-'));
after(() => rmSync(home, { recursive: true }));
const folder = path.join(home, '.cache/pktgen');
const withHome = (HOME: string | undefined = home): Where => {
  const { XDG_CACHE_HOME: _, HOME: __, ...env } = process.env;
  return { env: HOME === undefined ? env : { ...env, HOME } };
};
const kept = () => readdirSync(folder).map((name) => path.join(folder, name));

/** Bounded: of an engine that has no ring, there is only the batch to find. */
const SEND = ['--lab', '--far-end', 'stack', '--cpus', '0', '--count', '1000'];

describe('--calibrate', () => {
  beforeEach(() => rmSync(folder, { recursive: true, force: true }));

  it('measures every engine that can, uses the best, and later runs use it, too', async () => {
    const first = await pktgenJson([...SEND, '--calibrate'], withHome());
    assert.equal(first.status, 0);
    assert.equal(first.total.packets, 1000);
    requireTable(first);
    const [file = ''] = kept();
    assert.equal(kept().length, 1);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);

    const second = await pktgenJson(SEND, withHome());
    assert.equal(second.calibration, null);
    assert.equal(second.plan.engine.chosen, 'measured');
    assert.match(second.plan.engine.why, /^\d.*pps on \d{4}-\d\d-\d\d, /);
    const same = ({ plan }: Summary) => [plan.engine.name, plan.engine.options, plan.batch];
    assert.deepEqual(same(second), same(first));

    // Other traffic, and a run that does not want it: by rule.
    for (const others of [
      [...SEND, '--size', '512'],
      [...SEND, '--no-cache'],
    ]) {
      assert.equal((await pktgenJson(others, withHome())).plan.engine.chosen, 'rule');
    }

    for (const text of [
      '',
      '{',
      '[]',
      'null',
      JSON.stringify({ version: 1 }),
      readFileSync(file, 'utf8').replace('"best"', '"west"'),
    ]) {
      writeFileSync(file, text);
      const { status, plan } = await pktgenJson(SEND, withHome());
      assert.equal(status, 0);
      assert.equal(plan.engine.chosen, 'rule', text);
      const notes = plan.notes.filter((note) => note.includes(file));
      assert.match(notes.join(), /cannot be used \(.*\): --calibrate makes a new one$/);
    }
  });

  it('only measures with pktgen engines, and keeps what the rules of the tool allow', async () => {
    const args = ['engines', '--lab-sink', '--calibrate', '--json', '--no-cache'];
    const { status, stdout, stderr } = await pktgen(args, withHome());
    assert.equal(status, 0, stderr);
    const { best, rows } = JSON.parse(stdout) as Calibration;
    assert.ok(rows.some(({ engine, pps }) => engine === best.engine && (pps ?? 0) > 0));
    assert.match(stderr, /tx-ring --batch 64/);
    assert.throws(() => readdirSync(folder), 'with --no-cache nothing is kept');
  });

  it('measures only what was not given: engine, batch and ring', async () => {
    const args = ['--lab', '--engine', 'tx-ring', '--cpus', '0', '--ring-frames', '64', '--batch', '32'];
    const { calibration, plan } = await pktgenJson([...args, '--count', '1000', '--calibrate'], withHome());
    assert.deepEqual(
      calibration?.rows.map(({ stage, engine, batch }) => [stage, engine, batch]),
      [['engine', 'tx-ring', 32]],
    );
    assert.deepEqual([plan.engine.chosen, plan.batch, plan.engine.options['ringFrames']], ['asked', 32, 64]);
  });

  it('without a home, or with one that cannot be written, measures and says that in a note', {
    skip: needsRoot,
  }, async () => {
    const sealed = path.join(home, 'sealed');
    mkdirSync(sealed);
    chmodSync(sealed, 0o500);
    const args = [
      '--lab',
      '--engine',
      'auto',
      '--qdisc-bypass',
      '--batch',
      '64',
      '--cpus',
      '0',
      '--count',
      '10',
    ];
    for (const [HOME, pattern] of [
      ['', /not saved: neither XDG_CACHE_HOME nor HOME/],
      [sealed, /not saved: EACCES/],
    ] as const) {
      const where = { ...withHome(HOME), prefix: WITHOUT_CAPABILITIES };
      const result = await pktgen([...args, '--calibrate', '--json', '--quiet'], where);
      assert.equal(result.status, 0, result.stderr);
      assert.match(result.stderr, pattern);
    }
  });

  it('sends nowhere but to the interface that was named, for a bounded time', {
    skip: needsRoot,
  }, async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      namespace.ip('address', 'add', '198.18.0.1/24', 'dev', 'near0');
      namespace.ip('route', 'add', 'default', 'dev', 'near0');
      const args = ['engines', '--iface', 'near0', '--calibrate', '--no-cache'];
      const refused = await pktgen(args, namespace);
      assert.equal(refused.status, 2);
      assert.match(refused.stderr, /near0: it carries the default route .*--force/);
      assert.equal(namespace.received('far0'), 0);
    });
  });

  it('and --dry-run exclude each other', async () => {
    const { status, stderr } = await pktgen(['--lab', '--calibrate', '--dry-run']);
    assert.equal(status, 2);
    assert.match(stderr, /^pktgen: --calibrate sends frames, --dry-run none[^\n]*\n$/);
  });
});

function requireTable({ calibration, plan }: Summary): void {
  assert.ok(calibration);
  const { rows, best } = calibration;
  const engines = rows.filter(({ stage }) => stage === 'engine').map(({ engine }) => engine);
  assert.ok(engines.includes('tx-ring') && engines.includes('packet'), engines.join());
  assert.ok(!engines.includes('udp') && !engines.includes('null'), engines.join());
  assert.ok(rows.some(({ stage }) => stage === 'batch'));
  for (const { pps, failure, leastPps, mostPps } of rows) {
    assert.equal(failure, '');
    assert.ok((leastPps ?? 0) <= (pps ?? 0) && (pps ?? 0) <= (mostPps ?? 0));
  }
  assert.equal(plan.engine.name, best.engine);
  assert.equal(plan.engine.chosen, 'measured');
  assert.equal(plan.batch, best.batch);
}
