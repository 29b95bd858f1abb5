import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { ROOT } from '../support/pktgen.js';
import { inTerminal as inTmux, needsTmux } from '../support/tmux.js';

/** The bytes that a guarded terminal gets from a process that dies. */
const RESTORE = '<restored>';

/** In a terminal made by script(1): what a program does there, then the modes of the terminal. */
function inTerminal(body: string): string {
  const source = [
    `import { native } from '${ROOT}/dist/native/index.js';`,
    `const guard = () => native().guardTerminal(0, Buffer.from('${Buffer.from(RESTORE).toString('hex')}', 'hex'));`,
    // Where the crash leaves a core file is no concern of this test.
    body,
  ].join(' ');
  const command = `ulimit -c 0; ${process.execPath} --input-type=module -e "${source}"; echo status=$?; stty -a`;
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    encoding: 'utf8',
    timeout: 30_000,
    // bash would put the modes back by itself after a child that died of a signal.
    env: { ...process.env, SHELL: '/bin/sh' },
  });
  return stdout;
}

const RAW = 'process.stdin.setRawMode(true);';

describe('a guarded terminal', () => {
  for (const [name, number] of [
    ['SIGSEGV', 11],
    ['SIGABRT', 6],
    ['SIGBUS', 7],
    ['SIGILL', 4],
    ['SIGFPE', 8],
  ] as const) {
    it(`is given back by a process that dies of ${name}, which still dies of it`, () => {
      const seen = inTerminal(`guard(); ${RAW} process.kill(process.pid, '${name}');`);
      assert.match(seen, new RegExp(`${RESTORE}[\\s\\S]*status=${128 + number}\\b`));
      assert.match(seen, / icanon/);
      assert.match(seen, / echo /);
    });
  }

  it('is given back when the process aborts of itself', () => {
    const seen = inTerminal(`guard(); ${RAW} process.abort();`);
    assert.match(seen, new RegExp(`${RESTORE}[\\s\\S]*status=134\\b`));
    assert.match(seen, / icanon/);
  });

  it('stays as it is once it was released', () => {
    // SIGBUS: after a SIGSEGV node puts the modes back by itself.
    const released = 'native().releaseTerminal(); native().releaseTerminal();';
    const seen = inTerminal(`guard(); guard(); ${released} ${RAW} process.kill(process.pid, 'SIGBUS');`);
    assert.doesNotMatch(seen, new RegExp(RESTORE));
    assert.match(seen, /status=135/);
    assert.match(seen, / -icanon/);
  });

  it('is only a terminal', () => {
    const seen = inTerminal(`
      const fs = await import('node:fs');
      const codeOf = (...args) => { try { native().guardTerminal(...args); } catch (e) { return e.code ?? e.name; } };
      const file = fs.openSync('/dev/null');
      console.log(codeOf(file, Buffer.alloc(1)), codeOf(-1, Buffer.alloc(1)), codeOf(0, Buffer.alloc(257)), codeOf(), codeOf(0, 'text'));`);
    assert.match(seen, /ENOTTY EBADF ENOBUFS TypeError TypeError/);
  });
});

describe('a terminal that is gone', { skip: needsTmux }, () => {
  it('needs no mode back, and its process ends by SIGHUP', async () => {
    // Reads nothing: the end of the input would tell it.
    const source = `
      import { isatty } from 'node:tty';
      import { setTimeout as sleep } from 'node:timers/promises';
      import { endWithTerminal, setRawMode } from '${ROOT}/dist/system/terminal.js';
      endWithTerminal();
      process.on('SIGHUP', () => {});
      setRawMode(true);
      console.log('raw');
      while (isatty(0)) await sleep(10);
      setRawMode(false);
      console.error('went on');`;
    const command = [process.execPath, '--input-type=module', '-e', source];
    await inTmux(command, {}, async (terminal) => {
      await terminal.see(/^raw/m);
      await terminal.vanish();
      assert.equal(await terminal.status(), 129);
      assert.equal(terminal.errors(), 'went on\nHangup\n'); // the latter by the shell
    });
  });
});
