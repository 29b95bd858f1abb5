// The figures on the screen, beside the JSON of the same run and the kernel's own counters.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Namespace, needsRoot, withNamespace } from '../support/namespace.js';
import { needsTmux, type Terminal } from '../support/tmux.js';
import { figureOf, type ViewTest, type Written, withView } from '../support/view.js';

const PER_CENT = 1;

/** Per cent that lie between two figures. */
function off(actual: number, expected: number): number {
  return (100 * Math.abs(actual - expected)) / expected;
}

/** Of the first line that begins with a word, all its whole numbers. */
async function numbersOf(terminal: Terminal, label: string): Promise<number[]> {
  const [line = ''] = await terminal.see(new RegExp(`^${label} .*$`, 'm'));
  return [...line.matchAll(/(?<![\w.,])\d[\d,]*(?![\d.,]*\d)/g)].map(([text]) => figureOf(text));
}

/** What the kernel says of an interface that the test made: ip(8) and not our code. */
function kernelOf(namespace: Namespace, name: string): { tx: number; rx: number; txBytes: number } {
  const [link] = JSON.parse(namespace.ip('-s', '-j', 'link', 'show', name)) as {
    stats64: { tx: { packets: number; bytes: number }; rx: { packets: number } };
  }[];
  const { tx, rx } = link?.stats64 ?? { tx: { packets: Number.NaN, bytes: 0 }, rx: { packets: 0 } };
  return { tx: tx.packets, rx: rx.packets, txBytes: tx.bytes };
}

function sum(legs: readonly Pick<Written, 'total'>[], key: 'packets' | 'bytes'): number {
  return legs.reduce((all, { total }) => all + total[key], 0);
}

/** Paused, so that the screen and the file speak of the same moment. */
async function paused(terminal: Terminal, view: ViewTest): Promise<Written> {
  await terminal.keys('Space');
  await terminal.see(/ paused +0:/);
  await terminal.see(/ {2}0 pps +L2/);
  return view.write();
}

describe('the figures on the screen', { skip: needsTmux || needsRoot }, () => {
  it('counts as the JSON and as the kernel, exactly', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const args = '--iface near0 --engine tx-ring --cpus 0 --size 100 --duration 60s'.split(' ');
      await withView(
        args,
        async (terminal, view) => {
          await terminal.see(/running +0:02/);
          const json = await paused(terminal, view);
          const kernel = kernelOf(namespace, 'near0');
          assert.ok(json.total.packets > 0);
          assert.equal(json.total.packets, kernel.tx);
          assert.deepEqual(await numbersOf(terminal, 'sent'), [kernel.tx, kernel.tx * 100]);
          assert.deepEqual((await numbersOf(terminal, 'device')).slice(0, 3), [kernel.tx, kernel.tx, 0]);
          const [line = ''] = await terminal.see(/^udp .*$/m);
          assert.ok(line.endsWith(` ${(kernel.tx * 100).toLocaleString('en')}`), line);
          await terminal.keys('4');
          assert.deepEqual(await numbersOf(terminal, 'tx packets'), [kernel.tx]);
          assert.deepEqual(await numbersOf(terminal, 'tx bytes'), [kernel.txBytes]);
        },
        { prefix: namespace.prefix },
      );
    });
  });

  it('counts over all legs of a run that was changed on the way', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const args = '--iface near0 --engine tx-ring --cpus 0 --rate 2kpps --duration 60s'.split(' ');
      await withView(
        args,
        async (terminal, view) => {
          await terminal.see(/running +0:01/);
          await terminal.keys('b');
          await terminal.see(/^tx-ring --qdisc-bypass/m);
          await sleep(700);
          const json = await paused(terminal, view);
          const kernel = kernelOf(namespace, 'near0');
          assert.equal(json.before.length, 1);
          assert.equal(sum([json, ...json.before], 'packets'), kernel.tx);
          const bytes = sum([json, ...json.before], 'bytes');
          assert.deepEqual(await numbersOf(terminal, 'sent'), [kernel.tx, bytes]);
          assert.deepEqual((await numbersOf(terminal, 'device')).slice(0, 3), [kernel.tx, kernel.tx, 0]);
          await terminal.keys('4');
          assert.deepEqual(await numbersOf(terminal, 'tx packets'), [kernel.tx]);
          await terminal.keys('1');
          const [line = ''] = await terminal.see(/^udp .*$/m);
          assert.ok(line.endsWith(` ${bytes.toLocaleString('en')}`), line);
        },
        { prefix: namespace.prefix },
      );
    });
  });

  it('counts from zero on, device and sent alike, also after a restart', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const args = '--iface near0 --engine tx-ring --cpus 0 --rate 20kpps --duration 60s'.split(' ');
      await withView(
        args,
        async (terminal, view) => {
          await terminal.see(/running +0:01/);
          await paused(terminal, view);
          const before = kernelOf(namespace, 'near0').tx;
          await terminal.keys('z');
          await terminal.see(/^sent +0 frames/m);
          await terminal.keys('Space');
          await terminal.see(/running +0:0/);
          await terminal.keys('b');
          await terminal.see(/^tx-ring --qdisc-bypass/m);
          await sleep(700);
          await paused(terminal, view);
          const sent = kernelOf(namespace, 'near0').tx - before;
          assert.ok(sent > 0);
          assert.equal((await numbersOf(terminal, 'sent'))[0], sent);
          assert.deepEqual((await numbersOf(terminal, 'device')).slice(0, 3), [sent, sent, 0]);
          await terminal.see(/^device .* agrees exactly$/m);
          await terminal.keys('4');
          await terminal.see(/^kernel since 0:\d\d, no FCS/m);
          assert.deepEqual(await numbersOf(terminal, 'tx packets'), [sent]);
        },
        { prefix: namespace.prefix },
      );
    });
  });

  it('is as fast as the kernel says', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const args = '--iface near0 --engine tx-ring --cpus 0 --rate 10kpps --duration 60s'.split(' ');
      await withView(
        args,
        async (terminal, view) => {
          await terminal.see(/running +0:0[2-9]/);
          // A rate on the screen is of a second that only the screen knows: a machine that takes the CPU away at the edges
          // of ours makes them differ. What is wrong is wrong every time.
          const differences: number[] = [];
          while (differences.length < 4 && !differences.some((difference) => difference <= PER_CENT)) {
            const { shown, kernelPps } = await ratesOf(terminal, namespace, 4);
            differences.push(off(shown.reduce((all, pps) => all + pps, 0) / shown.length, kernelPps));
          }
          assert.ok(Math.min(...differences) <= PER_CENT, `${differences.join(', ')} % beside ip -s link`);
          const json = await view.write();
          const [, average] = await terminal.see(/on average ([\d.]+ k?)pps/);
          assert.ok(off(figureOf(average), json.total.pps) <= PER_CENT, `${average} and ${json.total.pps}`);
        },
        { prefix: namespace.prefix, columns: 132 },
      );
    });
  });
});

/** The rate on the screen a second apart, and the kernel's over the same time. */
async function ratesOf(
  terminal: Terminal,
  namespace: Namespace,
  seconds: number,
): Promise<{ shown: number[]; kernelPps: number }> {
  const shown: number[] = [];
  const before = { at: performance.now(), ...kernelOf(namespace, 'near0') };
  for (let i = 0; i < seconds; i++) {
    await sleep(1000);
    const [, text] = await terminal.see(/^ *([\d.]+ k?)pps +L2/m);
    shown.push(figureOf(text));
  }
  const after = { at: performance.now(), ...kernelOf(namespace, 'near0') };
  return { shown, kernelPps: ((after.tx - before.tx) / (after.at - before.at)) * 1000 };
}
