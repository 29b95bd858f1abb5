// What the view's keys do, with a real series behind them and without a screen.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { needsRoot, withNamespace } from '../support/namespace.js';
import { ROOT } from '../support/pktgen.js';

describe('a change by a key', () => {
  it('that fails on opening tells of the leg that goes on instead', { skip: needsRoot }, async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      // Somebody else holds the queue that the change would bind: only opening it tells.
      const source = `
        import { setTimeout as sleep } from 'node:timers/promises';
        import { resolvePlan, startRun, startSeries } from 'pktgen';
        import { Controls } from '${ROOT}/dist/tui/controls.js';
        import { CostWatch } from '${ROOT}/dist/tui/cost.js';
        import { ASCII } from '${ROOT}/dist/tui/page.js';
        const base = { iface: 'near0', engine: 'packet', cpus: [0], durationNs: 20e9,
          shape: { kind: 'constant', rate: { unit: 'pps', value: 1000 } } };
        const other = await startRun(await resolvePlan({ ...base, engine: 'xdp' }), { isHeld: true });
        const series = await startSeries(base);
        const first = series.run;
        const told = [];
        const controls = new Controls({
          series, base, profile: null, cost: new CostWatch(), glyphs: ASCII, say() {},
          onLeg: () => told.push(series.run !== first && series.plan.engine.name),
        });
        await sleep(100);
        let refused = '';
        await controls.takeEngine('xdp').catch((error) => { refused = error.message; });
        series.stop();
        other.stop();
        await Promise.all([series.done, other.done]);
        process.stdout.write(JSON.stringify({ refused, told, asked: controls.options().engine }));`;
      const { refused, told, asked } = JSON.parse(
        namespace.run(process.execPath, '--input-type=module', '-e', source),
      ) as { refused: string; told: readonly string[]; asked: string };
      assert.match(refused, /^engine xdp on near0 cannot start: /);
      assert.deepEqual(told, ['packet']);
      assert.equal(asked, 'packet');
    });
  });
});
