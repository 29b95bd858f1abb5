// What is changed on the screen while a run goes on, and what is said of it: then, in the file of the key w, and at the end.
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { needsRoot, withNamespace } from '../support/namespace.js';
import { needsTmux, type Terminal } from '../support/tmux.js';
import { withView } from '../support/view.js';

const PACED = '--lab --cpus 0 --engine tx-ring --rate 1kpps'.split(' ');
const RUNNING = /running +0:0/;

const figureOf = (text = '') => Number(text.replaceAll(',', ''));

async function answer(terminal: Terminal, key: string, text: string): Promise<void> {
  await terminal.keys(key);
  await terminal.see(/Esc/);
  await terminal.keys('C-u');
  await terminal.type(text);
  await terminal.keys('Enter');
}

/** The first line of the terminal's history that matches, and what was found in it. */
function found(lines: readonly string[], pattern: RegExp): RegExpExecArray {
  const match = lines.map((line) => pattern.exec(line)).find((one) => one !== null);
  assert.ok(match, `${pattern} is not in\n${lines.join('\n')}`);
  return match;
}

describe('a run that was changed on the screen', { skip: needsTmux }, () => {
  it('is summed up over all its parts, and its count is what was asked for', {
    timeout: 60_000,
  }, async () => {
    await withView(
      [...PACED, '--count', '60000'],
      async (terminal, view) => {
        await terminal.see(/running +0:01/);
        await answer(terminal, 's', '100');
        await terminal.see(/size 100: restarted in \d+ ms/);
        await terminal.see(/running +0:0[3-9]/);
        await terminal.keys('Space');
        await terminal.see(/ paused +0:/);
        await terminal.keys('z');
        const saved = await view.write();
        const all = saved.total.packets + (saved.before[0]?.total.packets ?? 0);
        assert.deepEqual([saved.before.length, saved.all.packets], [1, all]);
        assert.equal(saved.all.bytes, saved.total.bytes + (saved.before[0]?.total.bytes ?? 0));
        const [, part, whole] = await terminal.see(
          /this part, ([\d,]+) frames \(all parts: ([\d,]+)\),\s+counted\s+from the\s+start, not from z/,
        );
        assert.deepEqual([figureOf(part), figureOf(whole)], [saved.total.packets, all]);
        await terminal.keys('q', 'y');
        const { lines } = await terminal.end();
        found(lines, /^part 1 +tx-ring, 64 bytes, CPU 0, 1kpps: [\d,]+ frames/);
        found(lines, /^part 2 +tx-ring, 100 bytes, CPU 0, 1kpps: [\d,]+ frames/);
        assert.equal(figureOf(found(lines, /^all +([\d,]+) frames/)[1]), all);
        assert.equal(figureOf(found(lines, /device lab0 counted ([\d,]+), .*: agrees exactly/)[1]), all);
        assert.equal(figureOf(found(lines, /far end lab1 received ([\d,]+): all arrived/)[1]), all);
        const [, sent, asked] = found(lines, /^NOT HELD ([\d,]+) of ([\d,]+) frames were sent/);
        assert.deepEqual([figureOf(sent), asked], [all, '60,000']);
        found(lines, /^to +lab0/); // what was run is said, too
        found(lines, /^engine +tx-ring/);
      },
      { columns: 160 },
    );
  });

  it('keeps its workers and its engine where it can, and says what it cannot', {
    skip: availableParallelism() < 2 && 'it takes two CPUs',
    timeout: 60_000,
  }, async () => {
    const args = '--lab --far-end stack --engine tx-ring --duration 60s'.split(' ');
    await withView(args, async (terminal, view) => {
      await terminal.see(RUNNING);
      await answer(terminal, 'r', 'burst 64 every 100ms');
      await terminal.see(/rate burst 64 every 100ms: restarted in/);
      const { plan } = await view.write();
      assert.equal(plan.workers.length, 2);
      await terminal.keys('e');
      await terminal.see(/─ engine ─/);
      await terminal.keys('Enter'); // on the one that runs
      await terminal.see(/engine tx-ring: runs already/);
      assert.equal((await view.write()).before.length, 1);
      await terminal.keys('c');
      await terminal.see(/> 0-1/);
      await terminal.see(/may be used: 0-\d/);
      await terminal.keys('Escape', 's');
      await terminal.see(/> 64/);
      await terminal.type(',1518'); // behind what is there
      await terminal.keys('Enter');
      await terminal.see(/size 64,1518: restarted in/);
      assert.deepEqual((await view.write()).plan.workers.length, 2);
    });
  });

  it('another engine is named with the reason, where the one that was chosen cannot go on', {
    timeout: 60_000,
  }, async () => {
    await withView(
      '--lab --cpus 0 --rate 1kpps --duration 60s'.split(' '),
      async (terminal, view) => {
        await terminal.see(RUNNING);
        const before = (await view.write()).plan.engine.name;
        await answer(terminal, 's', 'imix');
        const [, said] = await terminal.see(/size imix: ((?:.|\n)*?)restarted in/);
        const after = (await view.write()).plan.engine.name;
        const change = new RegExp(`engine ${before} → ${after} \\(\\S`);
        if (before === after) assert.equal(said, '');
        else assert.match(said ?? '', change);
      },
      { columns: 200 },
    );
  });

  it('+ at top speed sets no rate, - begins at the present one', async () => {
    const args = '--lab --cpus 0 --engine packet --duration 60s'.split(' ');
    await withView(args, async (terminal, view) => {
      await terminal.see(/running +0:02/);
      await terminal.keys('+');
      await terminal.see(/already as fast as possible/);
      assert.equal((await view.write()).pace, null);
      await terminal.keys('-');
      await terminal.see(/rate [\d.]+ [kM]pps → [\d.]+ [kM]pps/);
    });
  });

  it('pasted text is no keys, but text in a prompt; afterwards pasting is as it was', async () => {
    await withView([...PACED, '--duration', '60s'], async (terminal) => {
      await terminal.see(RUNNING);
      await terminal.paste('2q\r');
      await sleep(500);
      await terminal.see(/limited by/);
      await terminal.keys('s');
      await terminal.see(/> 64/);
      await terminal.paste(',1518\n');
      await terminal.see(/> 64,1518/);
      await terminal.keys('Escape', 'q');
      await terminal.end();
      await terminal.paste('afterwards');
      await terminal.see(/^afterwards$/m); // with no marks around it, which would be echoed
    });
  });

  it('m says how to choose a stream', async () => {
    await withView([...PACED, '--duration', '60s'], async (terminal) => {
      await terminal.see(RUNNING);
      await terminal.keys('m');
      await terminal.see(/select a stream with the arrows; m mutes it/);
      await terminal.see(/^stream +asked %/m);
      await terminal.seeNo(/limited by/);
    });
  });
});

describe('the end of a run on the screen', { skip: needsTmux || needsRoot }, () => {
  it('says that it waits for the device, as long as that has not sent what the kernel took', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      namespace.shape('near0', '80kbit', '2kb'); // 20 kB in its queue take two seconds
      const args = '--iface near0 --engine packet --cpus 0 --rate 1kpps --duration 2s'.split(' ');
      await withView(
        args,
        async (terminal) => {
          await terminal.see(/waiting for the device's counters/);
          await terminal.end();
        },
        { prefix: namespace.prefix },
      );
    });
  });
});

describe('--json into a file', { skip: needsTmux }, () => {
  it('keys are read and hidden, and the terminal is as it was', async () => {
    const script = '"$@" --json > out.json 2> /dev/tty';
    await withView(
      [...PACED, '--duration', '60s'],
      async (terminal, view) => {
        await terminal.see(/1\.0 s/);
        await terminal.keys('+', 'x', 'y');
        await terminal.see(/rate 1\.000 kpps → 1\.100 kpps/);
        assert.doesNotMatch((await terminal.lines()).join('\n'), /\+?xy/);
        await terminal.keys('q');
        const { state } = await terminal.end();
        assert.deepEqual([state.settings.has('icanon'), state.settings.has('echo')], [true, true]);
        assert.deepEqual(view.files, ['out.json']);
      },
      { prefix: ['sh', '-c', script, 'sh'] },
    );
  });
});
