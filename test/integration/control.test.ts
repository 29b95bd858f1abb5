import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { resolvePlan, type Snapshot, startRun } from 'pktgen';

const packetsOf = (snapshot: Snapshot) => snapshot.workers.reduce((sum, worker) => sum + worker.packets, 0);

function targetOf(link: string): string | null {
  try {
    return readlinkSync(link);
  } catch {
    return null; // closed meanwhile
  }
}

describe('a run as the library sees it', () => {
  it('pauses, resumes and stops; a pause is no running time', async () => {
    const run = await startRun(await resolvePlan({ lab: true, engine: 'tx-ring', cpus: [0] }));
    try {
      await sleep(100);
      run.pause();
      await sleep(50);
      const paused = run.snapshot();
      assert.equal(paused.workers[0]?.state, 'paused');
      await sleep(300);
      assert.equal(packetsOf(run.snapshot()), packetsOf(paused));
      run.resume();
      await sleep(100);
      assert.ok(packetsOf(run.snapshot()) > packetsOf(paused));
    } finally {
      run.stop(); // a run that goes on would keep this process
    }
    const summary = await run.done;
    assert.equal(summary.workers[0]?.endReason, 'stopped');
    assert.equal(summary.exitCode, 0);
    assert.ok(summary.total.seconds < 0.35, `${summary.total.seconds} s of 0.2 s running and 0.35 s pause`);
    assert.equal(summary.farEnd?.rxPackets, summary.total.packets);
  });

  it('never shows more received or counted than sent, but for what a call is sending', async () => {
    const run = await startRun(await resolvePlan({ lab: true, engine: 'tx-ring', cpus: [0], batch: 32 }));
    try {
      await sleep(100);
      for (let i = 0; i < 300; i++) {
        const snapshot = run.snapshot();
        const most = packetsOf(snapshot) + run.plan.batch;
        const { farEnd, device } = snapshot;
        assert.ok((farEnd?.rxPackets ?? Number.NaN) <= most, `received ${farEnd?.rxPackets} of ${most}`);
        assert.ok((device?.txPackets ?? Number.NaN) <= most, `counted ${device?.txPackets} of ${most}`);
        await sleep(1);
      }
    } finally {
      run.stop();
    }
    const { farEnd, total } = await run.done;
    assert.equal(farEnd?.rxPackets, total.packets);
  });

  it('can be stopped while paused', async () => {
    const run = await startRun(await resolvePlan({ lab: true, engine: 'tx-ring', cpus: [0] }));
    run.pause();
    await sleep(20);
    run.stop();
    assert.equal((await run.done).workers[0]?.endReason, 'stopped');
  });

  it('ends after its duration', async () => {
    const summary = await (await startRun(await resolvePlan({ engine: 'null', durationNs: 50e6 }))).done;
    assert.equal(summary.workers[0]?.endReason, 'duration');
    assert.ok(Math.abs(summary.total.seconds - 0.05) < 0.03);
  });

  it('is watched in snapshots that only grow', async () => {
    const run = await startRun(await resolvePlan({ engine: 'null', durationNs: 300e6 }));
    const seen: number[] = [];
    for await (const snapshot of run.watch(50)) seen.push(packetsOf(snapshot));
    assert.ok(seen.length >= 3);
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
    );
  });

  it('can start again a hundred times in one process, each with its own lab', async () => {
    const plan = await resolvePlan({ lab: true, engine: 'tx-ring', countPackets: 100 });
    for (let i = 0; i < 100; i++) assert.equal((await (await startRun(plan)).done).farEnd?.rxPackets, 100);
  });

  it('ends with the worker_thread that started it', async () => {
    const source = `
      const { parentPort } = require('node:worker_threads');
      import('pktgen').then(async ({ resolvePlan, startRun }) => {
        const run = await startRun(await resolvePlan({ lab: true }));
        parentPort.postMessage(run.namespaces.net);
      });`;
    const thread = new Worker(source, { eval: true });
    const file = await new Promise<string>((resolve, reject) =>
      thread.once('message', resolve).once('error', reject),
    );
    const namespace = readlinkSync(file);
    await sleep(100);
    await thread.terminate(); // with both workers sending
    const held = readdirSync('/proc/self/fd').filter((fd) => targetOf(`/proc/self/fd/${fd}`) === namespace);
    assert.deepEqual(held, []);
    const names = readdirSync('/proc/self/task').map((task) =>
      readFileSync(`/proc/self/task/${task}/comm`, 'utf8'),
    );
    assert.deepEqual(
      names.filter((name) => name.startsWith('pktgen/')),
      [],
    );
  });
});
