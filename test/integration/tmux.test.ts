// The harness that the tests of the screen stand on, with a program whose every effect is known.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { inTerminal, needsTmux, Terminal } from '../support/tmux.js';

/** Echoes what it reads, byte by byte, with the terminal in raw mode and on the alternate screen. */
const PROGRAM = String.raw`
  printf 'before\r\n'
  stty raw -echo min 0 time 1 # a shell sees to a signal once its read has ended
  printf '\033[?1049h\033[?25l\033[?1000h\033[?1006h\033[2J\033[Hhello \033[31mred\033[0m %s %s\r\n' "$TERM" "$LC_ALL"
  trap 'printf "\033[2;1Hsize %s\r\n" "$(stty size)"' WINCH
  while :; do
    byte=$(dd bs=1 count=1 2>/dev/null | od -An -tx1 | tr -d ' \n')
    case $byte in
      71) break;;
      78) kill -SEGV $$;;
      '') ;;
      *) printf '<%s>' "$byte";;
    esac
  done
  [ -n "$RUDE" ] || { printf '\033[?1000l\033[?25h\033[?1049l'; stty sane; }
  echo after
  exit 7`;
const SHELL = ['sh', '-c', PROGRAM];

describe('a terminal of a test', { skip: needsTmux }, () => {
  it('shows what a program draws, takes keys, text and mouse, and tells what it left behind', async () => {
    await inTerminal(SHELL, { columns: 60, rows: 12 }, async (terminal) => {
      await terminal.see(/hello red tmux-256color C\.UTF-8/);
      assert.ok((await terminal.coloured())[0]?.includes('hello \u001b[31mred'));
      const state = await terminal.state();
      assert.deepEqual(
        [state.isAlternate, state.isCursorShown, state.hasMouse, state.size],
        [true, false, true, '60×12'],
      );
      assert.ok(state.settings.has('-icanon'));
      await terminal.keys('a', 'Space', 'Up');
      await terminal.type('é');
      await terminal.see(/<61><20><1b><[4b5f]+><41><c3><a9>/);
      await terminal.click(4, 2);
      await terminal.see(/(<1b><5b><3c><30><3b><35><3b><33>\s?<[46]d>){2}/);
      await terminal.keys('q');
      const { status, state: left, lines } = await terminal.end();
      assert.equal(status, 7);
      assert.deepEqual([left.isAlternate, left.isCursorShown, left.hasMouse], [false, true, false]);
      assert.ok(left.settings.has('icanon') && left.settings.has('echo'));
      assert.deepEqual(lines, ['before', 'after']);
    });
  });

  it('resizes, to a single cell and back', async () => {
    await inTerminal(SHELL, {}, async (terminal) => {
      await terminal.see(/hello/);
      await terminal.resize(1, 1);
      await terminal.resize(132, 43);
      await terminal.see(/size 43 132/);
      assert.equal((await terminal.state()).size, '132×43');
    });
  });

  it('sees a terminal that was left as no terminal should be', async () => {
    await inTerminal(SHELL, { env: { RUDE: '1' } }, async (terminal) => {
      await terminal.see(/hello/);
      await terminal.keys('q');
      const { state } = await terminal.end();
      assert.deepEqual([state.isAlternate, state.isCursorShown, state.hasMouse], [true, false, true]);
      assert.ok(state.settings.has('-icanon'));
    });
  });

  it('tells a crash, a signal and a terminal that went away from an end', async () => {
    for (const [how, status] of [
      [(terminal: Terminal) => terminal.keys('x'), 139],
      [(terminal: Terminal) => terminal.signal('SIGTERM'), 143],
      [(terminal: Terminal) => terminal.hangUp(), 129],
    ] as const) {
      await inTerminal(SHELL, {}, async (terminal) => {
        await terminal.see(/hello/);
        await how(terminal);
        assert.equal(await terminal.status(), status);
      });
    }
  });

  it('has the $TERM, the locale and the variables that were asked for', async () => {
    const env = { PKTGEN_TMUX_TEST: 'yes', HOME: undefined };
    const command = ['sh', '-c', 'echo "$TERM $LC_ALL $PKTGEN_TMUX_TEST [$HOME] [$TMUX]"'];
    await inTerminal(command, { term: 'linux', locale: 'C', env }, async (terminal) => {
      assert.deepEqual((await terminal.end()).lines, ['linux C yes [] []']);
    });
  });

  it('says what was on the screen when what was waited for did not come', async () => {
    await inTerminal(['sh', '-c', 'echo something else; echo woe >&2; sleep 20'], {}, async (terminal) => {
      await terminal.see(/something/);
      await assert.rejects(
        terminal.see(/nothing/, 100),
        /not seen within 100 ms: .*\nsomething else[\s\S]*woe/,
      );
    });
  });

  it('is gone afterwards, and its program with it', async () => {
    const terminal = await Terminal.start(SHELL);
    await terminal.see(/hello/);
    const { pid } = terminal;
    terminal.close();
    for (let i = 0; i < 100 && existsSync(`/proc/${pid}`); i++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(existsSync(`/proc/${pid}`), false);
  });
});
