// The full-screen view of the real program, in a terminal. What it shows is compared with the JSON of the same run and with the
// kernel's counters.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { needsCap } from '../support/cap.js';
import { needsTmux, type Terminal } from '../support/tmux.js';
import { disorder, withView } from '../support/view.js';

/** Slow enough that the machine has time for everything else; bounded, whatever becomes of the test. */
const PACED = '--lab --cpus 0 --engine tx-ring --rate 1kpps --duration 60s'.split(' ');
/** A busy machine may not have held the rate. */
const HELD_OR_NOT = [0, 1];
const RUNNING = /running +0:0/;
const SENT = /^sent +([\d,]+) frames?, ([\d,]+) bytes/m;

const ESCAPE = '\u001b';
const COLOUR = new RegExp(`${ESCAPE}\\[(?:[\\d;]*;)?3[0-7](?:;|m)`);
/** A row of a list, in reverse video. */
const SELECTED = new RegExp(`│ ${ESCAPE}\\[(?:[\\d;]*;)?7m (\\S+)`);
/** Bright ones, 256 of them, and every background. */
const BEYOND_EIGHT = new RegExp(`${ESCAPE}\\[(?:[\\d;]*;)?(?:38|48|4[0-7]|9[0-7]|10[0-7])(?:;|m)`);

async function answer(terminal: Terminal, key: string, text: string): Promise<void> {
  await terminal.keys(key);
  await terminal.see(/Esc/);
  await terminal.keys('C-u');
  await terminal.type(text);
  await terminal.keys('Enter');
}

/** Down through a list until that row is the selected one. */
async function choose(terminal: Terminal, name: string): Promise<void> {
  let seen = '';
  for (let i = 0; i < 40; i++) {
    seen = await selectedAfter(terminal, seen);
    if (seen === name) return terminal.keys('Enter');
    await terminal.keys('Down');
  }
  throw new Error(`${name} is not in the list`);
}

async function selected(terminal: Terminal): Promise<string | undefined> {
  return SELECTED.exec((await terminal.coloured()).join('\n'))?.[1];
}

/** The first word of the selected row, once that is another one than before, and stays. */
async function selectedAfter(terminal: Terminal, before: string): Promise<string> {
  for (let i = 0; i < 200; i++) {
    const word = await selected(terminal);
    await sleep(60);
    if (word && word !== before && word === (await selected(terminal))) return word;
  }
  throw new Error(`the list does not go on after ${before}`);
}

/** A look that nobody ends is ended after 7 s. */
const BEFORE_ITS_TIME_MS = 4000;

/** Once there are some. */
async function childrenOf(pid: number): Promise<[number, ...number[]]> {
  for (let i = 0; i < 500; i++) {
    const [first, ...others] = (
      readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').match(/\d+/g) ?? []
    ).map(Number);
    if (first !== undefined) return [first, ...others];
    await sleep(10);
  }
  throw new Error(`${pid} has no child`);
}

/** Resolves when a process has ended because of that; otherwise it is ended here. */
async function gone(pid: number, end: () => Promise<void>): Promise<void> {
  try {
    await end();
    for (
      const deadline = performance.now() + BEFORE_ITS_TIME_MS;
      existsSync(`/proc/${pid}`);
      await sleep(20)
    ) {
      assert.ok(performance.now() < deadline, `${pid} is still there`);
    }
  } catch (error) {
    if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
    throw error;
  }
}

describe('the screen', { skip: needsTmux }, () => {
  it('shows a run: what, where to, how fast, per CPU, per stream, and whether the counters agree', async () => {
    await withView(PACED, async (terminal) => {
      await terminal.see(RUNNING);
      await terminal.see(/udp, 64 bytes → lab0 \(veth, 10\.00 Gbit\/s\) → lab1/);
      await terminal.see(/tx-ring .*--batch 64 +CPU 0 → any queue/);
      await terminal.see(/^limited by /m);
      await terminal.see(
        /pps +L2 [\d.]+ kbit\/s +L1 [\d.]+ kbit\/s +0\.01 % of line rate\nasked 1\.000 kpps, .* 1 ms late .* held/,
      );
      await terminal.see(/14\.88 Mpps/);
      await terminal.see(/budget 67\.2 ns/);
      await terminal.see(/^ +0 +– +[\d.]+ k?pps +100\.0/m);
      await terminal.see(/^udp +100\.00 +100\.00 /m);
      await terminal.see(/^device +lab0 .*(agrees|on their way)/m);
      await terminal.see(/^far end +lab1 .*(arrived|on their way|being sent)/m);
      const state = await terminal.state();
      assert.deepEqual([state.isAlternate, state.isCursorShown, state.hasMouse], [true, false, true]);
    });
  });

  it('obeys every key while it runs', { timeout: 60_000 }, async () => {
    const profile = ['--profile', 'small-business', '--lab', '--cpus', '0', '--engine', 'tx-ring'];
    const args = [...profile, '--rate', '1kpps', '--duration', '60s'];
    await withView(args, async (terminal, view) => {
      await terminal.see(RUNNING);
      await terminal.keys('Space');
      await terminal.see(/ paused +0:/);
      await terminal.keys('Space');
      await terminal.see(/ running +0:/);
      await terminal.keys('+');
      await terminal.see(/rate 1\.000 kpps → 1\.100 kpps/);
      await terminal.keys('-');
      await terminal.see(/rate 1\.100 kpps → 1\.000 kpps/);
      await answer(terminal, 'r', '2kpps');
      await terminal.see(/asked 2\.000 kpps/);
      await answer(terminal, 's', '128');
      await terminal.see(/7 streams, 128 bytes/);
      await answer(terminal, 's', '12');
      await terminal.see(/12: .*64/); // what would be right, and the question stays
      await terminal.keys('Escape');
      await terminal.keys('b');
      await terminal.see(/^tx-ring --qdisc-bypass/m);
      await terminal.see(/qdisc bypass on: .* ns of work a packet/);
      await answer(terminal, 'c', String(Math.min(1, availableParallelism() - 1)));
      await terminal.see(/CPUs [01]: /);
      await terminal.keys('m');
      await terminal.see(/select a stream/);
      await terminal.keys('Down', 'm');
      await terminal.see(/^quic \(muted\)/m);
      await terminal.keys('m');
      await terminal.seeNo(/^quic \(muted\)/m);
      for (const [page, shown] of [
        ['2', /^CPU [01], (any )?queue/m],
        ['3', /^7 streams/m],
        ['4', /^tx packets/m],
        ['1', /^limited by/m],
      ] as const) {
        await terminal.keys(page);
        await terminal.see(shown);
      }
      await terminal.keys('e');
      await terminal.see(/─ engine ─/);
      await terminal.keys('Home');
      await choose(terminal, 'packet');
      await terminal.see(/engine tx-ring → packet/);
      await terminal.keys('p');
      await terminal.see(/─ profile ─/);
      await terminal.see(/small-business +now/);
      await terminal.keys('Home');
      await choose(terminal, 'dns');
      await terminal.see(/dns: 3 streams, 75 to 79 bytes/);
      await terminal.keys('f');
      await terminal.see(/ethernet dst=/);
      await terminal.see(/seen at lab1 \(far end\)[\s│]+eth 02:70:6b:74:00:01 → |package cap is not there/);
      await terminal.keys('Escape');
      await terminal.keys('?');
      await terminal.see(/pause and resume/);
      await terminal.keys('Escape');
      await terminal.keys('z');
      await terminal.see(/counted from here/);
      const { plan } = await view.write();
      assert.deepEqual([plan.engine.name, plan.traffic.streams.length > 0], ['packet', true]);
      assert.equal(view.files.length, 1);
      await terminal.keys('q');
      const end = await terminal.end();
      assert.deepEqual(disorder(end, 32), []);
      assert.ok(
        end.lines.some((line) => /all arrived|agrees/.test(line)),
        end.lines.join('\n'),
      );
      assert.ok(HELD_OR_NOT.includes(end.status), `status ${end.status}`);
    });
  });

  it('a look at frames ends with its box, and with the view', { skip: needsCap }, async () => {
    await withView(PACED, async (terminal) => {
      await terminal.see(RUNNING);
      await terminal.keys('Space'); // there is nothing to be seen
      await terminal.see(/ paused +0:/);
      const look = async () => {
        await terminal.keys('f');
        await terminal.see(/looking …/);
        const [child] = await childrenOf(terminal.pid);
        // One that does not end by itself, before its time is over.
        process.kill(child, 'SIGSTOP');
        return child;
      };
      await gone(await look(), async () => terminal.keys('Escape'));
      await gone(await look(), async () => {
        await terminal.keys('C-c');
        await terminal.status(BEFORE_ITS_TIME_MS);
      });
    });
  });

  it('does with the mouse what keys do', async () => {
    await withView(PACED, async (terminal) => {
      await terminal.see(RUNNING);
      const column = (await terminal.lines())[0]?.indexOf('3 streams') ?? -1;
      await terminal.click(column + 2, 0);
      await terminal.seeNo(/limited by/);
      await terminal.see(/^streams?|^1 stream/m);
      const rows = await terminal.lines();
      await terminal.click(1, rows.length - 1); // "q quit"
      assert.equal((await terminal.end()).state.isAlternate, false);
    });
  });

  it('survives every size, and has all from 80×24 on', async () => {
    await withView(PACED, async (terminal) => {
      await terminal.see(RUNNING);
      for (const [columns, rows] of SIZES) {
        await terminal.resize(columns, rows);
        await sleep(400);
      }
      await terminal.resize(40, 10);
      await terminal.see(/40.10/); // too small: says so
      await terminal.resize(80, 24);
      for (const shown of [RUNNING, /kpps/, /budget/, SENT, /^device/m, /^far end/m, /^q quit/m]) {
        await terminal.see(shown);
      }
      await terminal.resize(200, 60);
      await terminal.see(/^.{199,200}$/m);
      await terminal.keys('q');
      assert.deepEqual(disorder(await terminal.end(), 60), []);
    });
  });
});

const SIZES = [
  [200, 60],
  [40, 10],
  [1, 1],
  [2, 60],
  [200, 1],
  [132, 43],
] as const;

describe('the end of a run on the screen', { skip: needsTmux }, () => {
  const ends: Readonly<Record<string, (terminal: Terminal) => Promise<void> | void>> = {
    q: (terminal) => terminal.keys('q'),
    'Ctrl-C': (terminal) => terminal.keys('C-c'),
    SIGINT: (terminal) => terminal.signal('SIGINT'),
    SIGTERM: (terminal) => terminal.signal('SIGTERM'),
    SIGHUP: (terminal) => terminal.signal('SIGHUP'),
  };
  for (const [name, end] of Object.entries(ends)) {
    it(`after ${name} the terminal is as it was, with the summary`, async () => {
      await withView(PACED, async (terminal) => {
        await terminal.see(RUNNING);
        await end(terminal);
        const ending = await terminal.end();
        assert.deepEqual(disorder(ending, 32), []);
        assert.ok(
          ending.lines.some((line) => /all arrived/.test(line)),
          ending.lines.join('\n'),
        );
        assert.ok(HELD_OR_NOT.includes(ending.status), ending.lines.join('\n'));
      });
    });
  }

  it('a count asks before q ends it: n goes on, y ends', async () => {
    await withView([...PACED.slice(0, 7), '--count', '60000'], async (terminal) => {
      await terminal.see(RUNNING);
      await terminal.keys('q');
      await terminal.see(/[\d,]+ of 60,000 frames sent: quit\? y\/n/);
      await terminal.keys('n');
      await terminal.seeNo(/quit\?/);
      await terminal.keys('q', 'y');
      const ending = await terminal.end();
      assert.deepEqual(disorder(ending, 32), []);
      assert.match(ending.lines.join('\n'), /all arrived/);
    });
  });

  it('by its own limit as well', async () => {
    await withView([...PACED.slice(0, 7), '--duration', '1s'], async (terminal) => {
      const ending = await terminal.end();
      assert.deepEqual(disorder(ending, 32), []);
      assert.match(ending.lines.join('\n'), /all arrived/);
    });
  });

  const losses: Readonly<Record<string, (terminal: Terminal) => Promise<void>>> = {
    'with SIGHUP': (terminal) => terminal.hangUp(),
    'without a word': (terminal) => terminal.vanish(),
    'with another SIGHUP that is too late': async (terminal) => {
      const { pid } = terminal;
      await terminal.hangUp();
      await sleep(150);
      if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGHUP');
    },
    'while it is paused': async (terminal) => {
      await terminal.keys('Space');
      await terminal.see(/ paused\b/);
      await terminal.vanish();
    },
  };
  for (const [how, lose] of Object.entries(losses)) {
    for (const [what, words] of [
      ['the view', []],
      ['lines', ['--no-tui']],
    ] as const) {
      it(`${what}: a terminal that goes away ${how} ends the process by SIGHUP`, async () => {
        await withView([...PACED, ...words], async (terminal, view) => {
          if (words.length === 0) await terminal.see(RUNNING);
          else await terminal.see(/1\.0 s/);
          await lose(terminal);
          assert.equal(await terminal.status(), 129);
          assert.match(terminal.errors(), /^(Hangup\n)?$/); // what the shell says of it
          assert.deepEqual(view.files, []); // no core file
        });
      });
    }
  }

  for (const signal of ['SIGSEGV', 'SIGBUS', 'SIGABRT'] as const) {
    it(`after ${signal} the terminal is as it was`, async () => {
      await withView(PACED, async (terminal) => {
        await terminal.see(RUNNING);
        terminal.signal(signal);
        const ending = await terminal.end();
        assert.deepEqual(disorder(ending, 32), []);
        assert.ok(ending.status > 128, `status ${ending.status}`);
      });
    });
  }
});

/** A shell with job control. A line feed continues what was stopped, in a terminal as a shell has it. */
const JOBS = `"$@"; status=$?
  while [ $status -gt 128 ]; do echo "stopped $status"; read -r _; stty sane; fg > /dev/null; status=$?; done
  exit $status`;
const WITH_JOBS = { prefix: ['sh', '-m', '-c', JOBS, 'sh'] };

/** Such as R, S or T. */
function stateOf(pid: number): string | undefined {
  return /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
}

describe('a stop', { skip: needsTmux }, () => {
  const stopped = async (terminal: Terminal, stop: (terminal: Terminal, pid: number) => Promise<void>) => {
    await terminal.see(RUNNING);
    const [pid] = await childrenOf(terminal.pid);
    await stop(terminal, pid);
    for (let i = 0; i < 500 && stateOf(pid) !== 'T'; i++) await sleep(20);
    assert.equal(stateOf(pid), 'T');
  };
  const goOn = async (terminal: Terminal) => {
    await terminal.keys('C-j');
    await terminal.see(RUNNING);
    let isTaken = false; // what the screen showed before a SIGSTOP is still there
    for (let i = 0; i < 100 && !isTaken; i++, await sleep(20)) {
      const { isAlternate, isCursorShown, hasMouse, settings } = await terminal.state();
      isTaken = isAlternate && !isCursorShown && hasMouse && settings.has('-icanon');
    }
    assert.ok(isTaken);
  };
  const quit = async (terminal: Terminal) => {
    await terminal.keys('q');
    const ending = await terminal.end();
    assert.deepEqual(disorder(ending, 32), []);
    assert.match(ending.lines.join('\n'), /all arrived/);
  };

  const ways: Readonly<Record<string, (terminal: Terminal, pid: number) => Promise<void>>> = {
    'Ctrl-Z': (terminal) => terminal.keys('C-z'),
    SIGTSTP: async (_, pid) => void process.kill(pid, 'SIGTSTP'),
  };
  for (const [name, stop] of Object.entries(ways)) {
    it(`by ${name} gives the terminal back and takes it again, as often as one likes`, async () => {
      await withView(
        PACED,
        async (terminal) => {
          for (let round = 0; round < 2; round++) {
            await stopped(terminal, stop);
            await terminal.see(/stopped 148/);
            assert.deepEqual(disorder({ state: await terminal.state() }, 32), []);
            await goOn(terminal);
          }
          await quit(terminal);
        },
        WITH_JOBS,
      );
    });
  }

  it('by SIGSTOP, which nobody is told of, ends with the view in its terminal again', async () => {
    await withView(
      PACED,
      async (terminal) => {
        await stopped(terminal, async (_, pid) => void process.kill(pid, 'SIGSTOP'));
        await goOn(terminal);
        await quit(terminal);
      },
      WITH_JOBS,
    );
  });
});

describe('terminals', { skip: needsTmux }, () => {
  const seeFigures = (terminal: Terminal) => terminal.see(/kpps +L2/);

  it('NO_COLOR: no colours', async () => {
    await withView(
      PACED,
      async (terminal) => {
        await seeFigures(terminal);
        const screen = (await terminal.coloured()).join('\n');
        assert.doesNotMatch(screen, COLOUR);
      },
      { env: { NO_COLOR: '1' } },
    );
  });

  it('eight colours at most, and never a background', async () => {
    await withView(PACED, async (terminal) => {
      await seeFigures(terminal);
      const screen = (await terminal.coloured()).join('\n');
      assert.match(screen, COLOUR);
      assert.doesNotMatch(screen, BEYOND_EIGHT);
    });
  });

  for (const options of [{ locale: 'C' }, { term: 'linux' }] as const) {
    it(`${JSON.stringify(options)}: ASCII only`, async () => {
      await withView(
        PACED,
        async (terminal) => {
          await seeFigures(terminal);
          for (const key of ['2', '3', '4', '?']) {
            assert.match((await terminal.lines()).join(''), /^[\x20-\x7e]*$/);
            await terminal.keys(key);
            await sleep(300);
          }
          await terminal.keys('Escape', 'q');
          assert.equal((await terminal.end()).state.isAlternate, false);
        },
        options,
      );
    });
  }

  for (const term of ['screen', 'vt100', 'xterm-kitty', 'xterm-256color', 'no-such-terminal']) {
    it(`TERM=${term}: works and leaves nothing behind`, async () => {
      await withView(
        PACED,
        async (terminal) => {
          await seeFigures(terminal);
          await terminal.keys('2');
          await terminal.see(/^CPU 0, any queue/m);
          await terminal.keys('q');
          assert.deepEqual(disorder(await terminal.end(), 32), []);
        },
        { term },
      );
    });
  }

  it('TERM=dumb: plain lines', async () => {
    await withView(
      PACED,
      async (terminal) => {
        await terminal.see(/ns\/pkt[\s\S]*1\.0 s/);
        assert.equal((await terminal.state()).isAlternate, false);
        await terminal.keys('q');
        assert.match((await terminal.end()).lines.join('\n'), /all arrived/);
      },
      { term: 'dumb' },
    );
  });

  it('what is not a terminal gets plain lines', async () => {
    for (const script of ['"$@" | cat', '"$@" < /dev/null']) {
      const args = [...PACED.slice(0, 7), '--duration', '1200ms'];
      await withView(
        args,
        async (terminal) => {
          const { lines, state } = await terminal.end();
          assert.match(lines.join('\n'), /ns\/pkt[\s\S]*1\.0 s[\s\S]*all arrived/);
          assert.equal(state.isAlternate, false);
        },
        { prefix: ['sh', '-c', script, 'sh'] },
      );
    }
  });
});
