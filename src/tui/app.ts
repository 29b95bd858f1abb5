import { formatCount, messageOf, type RunOptions, type Snapshot, type Summary } from '../index.js';
import { native } from '../native/index.js';
import type { RunSeries } from '../run/series.js';
import type { Run } from '../run/session.js';
import { withBox } from './box.js';
import { Controls } from './controls.js';
import { CostWatch } from './cost.js';
import { createDashboard, type Dashboard } from './dashboard.js';
import type { Dialog } from './dialog.js';
import { Dialogs } from './dialogs.js';
import { guardProcess } from './guard.js';
import type { Input } from './input.js';
import { FIRST_LOOKS, fitted, movedLooks } from './looks.js';
import type { Looks, Page, Style } from './page.js';
import { describeSaved, savedOf, saveJson } from './save.js';
import { openScreen, type Screen } from './screen.js';
import { Suspension } from './suspend.js';

/** Four times a second. */
const TICK_MS = 250;
/** Keys and resizes that come together are drawn together. */
const REDRAW_MS = 20;

/** What was asked for at first. */
export interface Asked {
  readonly options: RunOptions;
  /** The name of the profile; null without one. */
  readonly profile: string | null;
}

/**
 * Shows a series on the whole terminal until it has ended. `stop` ends the series, and the
 * process when it is called again. The terminal is given back, whatever happens.
 * @returns the legs of the series
 */
export async function showSeries(
  series: RunSeries,
  asked: Asked,
  stop: () => void,
): Promise<readonly Summary[]> {
  let view: View | undefined;
  const guard = guardProcess(() => view?.release());
  try {
    const screen = await openScreen({
      onInput: (input) => view?.receive(input),
      onResize: () => view?.redraw(),
      onTake: (restoring) => native().guardTerminal(process.stdout.fd, Buffer.from(restoring)),
    });
    view = new View(screen, series, asked, stop);
    view.start();
    return await Promise.race([series.done, guard.failed]);
  } finally {
    try {
      view?.release();
    } finally {
      native().releaseTerminal();
      guard.release();
    }
  }
}

/** The keys' meanings, and what is on the screen. */
class View {
  private readonly dashboard: Dashboard = createDashboard();
  private readonly cost = new CostWatch();
  private readonly controls: Controls;
  private readonly dialogs: Dialogs;
  private readonly suspension: Suspension;
  private looks: Looks = FIRST_LOOKS;
  private page: Page = { lines: [], hits: [], list: null };
  private dialog: Dialog | null = null;
  private isQuitting = false;
  private wasZeroed = false;
  private wasOver = false;
  private run: Run | undefined;
  private ticking: NodeJS.Timeout | undefined;
  private drawing: NodeJS.Timeout | undefined;
  /** Keys follow each other: one that restarts the workers is over before the next one begins. */
  private last = Promise.resolve();

  constructor(
    private readonly screen: Screen,
    private readonly series: RunSeries,
    private readonly asked: Asked,
    private readonly stop: () => void,
  ) {
    this.controls = new Controls({
      series,
      base: asked.options,
      profile: asked.profile,
      cost: this.cost,
      glyphs: screen.glyphs,
      say: (text, style) => this.say(text, style),
      onLeg: () => this.beginLeg(),
    });
    this.dialogs = new Dialogs({
      series,
      controls: this.controls,
      glyphs: screen.glyphs,
      redraw: () => this.redraw(),
    });
    this.suspension = new Suspension(series, screen);
  }

  start(): void {
    this.suspension.listen();
    this.ticking = setInterval(() => this.tick(), TICK_MS);
    this.tick();
  }

  release(): void {
    clearInterval(this.ticking);
    clearTimeout(this.drawing);
    this.drawing = undefined;
    this.dialogs.close();
    this.suspension.close();
    this.screen.release();
  }

  receive(input: Input): void {
    const key = input.kind === 'paste' ? null : this.keyOf(input);
    if (input.kind === 'paste') this.enqueue(() => this.dialog?.paste?.(input.text));
    else if (key === 'C-c') this.stop();
    else if (key !== null) this.enqueue(() => this.press(key));
  }

  private enqueue(action: () => Promise<void> | void): void {
    this.last = this.last
      .then(action)
      .catch((error) => this.say(messageOf(error), 'bad'))
      .then(() => this.redraw());
  }

  redraw(): void {
    this.drawing ??= setTimeout(() => {
      this.drawing = undefined;
      this.draw();
    }, REDRAW_MS);
  }

  private tick(): void {
    this.beginLeg();
    const snapshot = this.series.run.snapshot();
    this.dashboard.observe(snapshot);
    this.controls.observe(snapshot);
    const comparison = this.cost.observe(snapshot, this.screen.glyphs);
    if (comparison !== null) this.say(comparison, 'good');
    this.sayWhatIsAwaited(snapshot);
    this.draw();
  }

  /** The workers have ended, and the run has not: some drivers bring their statistics up to date once a second. */
  private sayWhatIsAwaited({ workers, device }: Snapshot): void {
    const isOver = device !== null && workers.every(({ state }) => state === 'done');
    if (isOver && !this.wasOver) this.say("waiting for the device's counters");
    this.wasOver = isOver;
  }

  /** Tells of the present leg, when it is a new one. */
  private beginLeg(): void {
    const { run, before, plan } = this.series;
    if (run === this.run) return;
    // What the leg before has sent since the last look.
    if (this.run) this.dashboard.observe(this.run.snapshot());
    this.run = run;
    this.cost.beginLeg();
    const sum = (of: (summary: Summary) => number) => before.reduce((all, leg) => all + of(leg), 0);
    const asked = before[0]?.plan ?? plan;
    this.dashboard.begin({
      plan,
      driver: run.driver,
      profile: this.controls.profile,
      modes: run.modes,
      countPackets: asked.countPackets,
      durationNs: asked.durationNs,
      muted: [...this.controls.muted],
      sentBefore: {
        packets: sum(({ total }) => total.packets),
        bytes: sum(({ total }) => total.bytes),
        seconds: sum(({ total }) => total.seconds),
      },
    });
  }

  private draw(): void {
    const { glyphs } = this.screen;
    const size = this.screen.size();
    const question = this.isQuitting ? this.quitQuestion() : null;
    const page = this.dashboard.page({ ...this.looks, question }, size, glyphs);
    this.looks = fitted(this.looks, page.list);
    this.page = this.dialog ? withBox(page, this.dialog.box(size, glyphs), size, glyphs) : page;
    this.screen.show(this.page.lines);
  }

  private say(text: string, style: Style = 'plain'): void {
    for (const line of text.split('\n')) this.dashboard.say(line, style);
    this.redraw();
  }

  /** A click does what the key does that stands there. */
  private keyOf(input: Exclude<Input, { kind: 'paste' }>): string | null {
    if (input.kind === 'key') return input.key;
    if (input.kind !== 'press') return input.kind;
    const { row, column } = input;
    const hit = this.page.hits.find((one) => {
      return one.row === row && one.fromColumn <= column && column < one.toColumn;
    });
    if (!hit) return null;
    return hit.action === 'space' ? ' ' : hit.action;
  }

  private async press(key: string): Promise<void> {
    if (this.isQuitting) return this.answer(key);
    if (this.dialog) {
      this.dialog = await this.dialog.press(key);
      return;
    }
    const action = this.actions[key];
    if (action) await action();
    else this.looks = movedLooks(this.looks, key, this.page.list);
  }

  private readonly actions: Readonly<Record<string, () => Promise<void> | void>> = {
    ' ': () => this.controls.togglePause(),
    '+': () => this.controls.stepRate(true),
    '=': () => this.controls.stepRate(true),
    '-': () => this.controls.stepRate(false),
    r: () => this.show(this.dialogs.rate()),
    s: () => this.show(this.dialogs.sizes()),
    c: () => this.show(this.dialogs.cpus()),
    p: () => this.show(this.dialogs.profiles()),
    e: () => this.show(this.dialogs.engines()),
    b: () => this.controls.toggleBypass(),
    m: () => this.toggleMute(),
    f: () => this.show(this.dialogs.frames()),
    z: () => this.zero(),
    w: () => this.save(),
    q: () => this.quit(),
    '?': () => this.show(this.dialogs.help()),
    'C-l': () => this.refresh(),
    'C-z': () => this.suspension.stop(),
  };

  private async show(dialog: Dialog | Promise<Dialog>): Promise<void> {
    this.dialog = await dialog;
  }

  private async toggleMute(): Promise<void> {
    if (this.looks.page !== 3) {
      this.looks = movedLooks(this.looks, '3', null);
      return this.say('select a stream with the arrows; m mutes it');
    }
    const stream = this.controls.streams[this.looks.selected];
    if (stream !== undefined) await this.controls.toggleMute(stream);
  }

  private zero(): void {
    this.dashboard.zero();
    this.wasZeroed = true;
    this.say('counted from here');
  }

  private async save(): Promise<void> {
    try {
      const saved = savedOf(this.series.summaryNow(), this.series.before);
      const name = await saveJson(saved, process.cwd(), new Date());
      this.say(describeSaved(name, saved, this.wasZeroed));
    } catch (error) {
      this.say(`no summary written: ${messageOf(error)}`, 'bad');
    }
  }

  private quit(): void {
    this.isQuitting = this.asked.options.countPackets !== undefined;
    if (!this.isQuitting) this.end();
  }

  private answer(key: string): void {
    if (key === 'y' || key === 'Y') this.end();
    if (key === 'y' || key === 'Y' || key === 'n' || key === 'N' || key === 'escape' || key === 'q') {
      this.isQuitting = false;
    }
  }

  private end(): void {
    this.say('ending …');
    this.series.stop();
  }

  private quitQuestion(): string {
    const sentBefore = this.series.before.reduce((sum, { total }) => sum + total.packets, 0);
    const now = this.series.summaryNow().total.packets; // without a warm-up
    const count = this.asked.options.countPackets ?? 0;
    return `${formatCount(sentBefore + now)} of ${formatCount(count)} frames sent: quit? y/n`;
  }

  /** Whatever else was written to the terminal is gone. */
  private refresh(): void {
    this.screen.release();
    this.screen.take();
  }
}
