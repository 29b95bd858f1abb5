import { changeRate } from '../commands/keys.js';
import { explained } from '../commands/traffic-options.js';
import {
  forFlag,
  formatCpus,
  formatShape,
  messageOf,
  type Profile,
  parseCpuList,
  parseShape,
  parseSizes,
  type RunOptions,
  readProfiles,
  type Snapshot,
  UsageError,
} from '../index.js';
import { engineNamed, hasOption, ownersOf } from '../run/engine-options.js';
import { RecentRate } from '../run/recent-rate.js';
import type { RunSeries } from '../run/series.js';
import type { CostWatch } from './cost.js';
import { describeDifferences } from './differences.js';
import type { Glyphs, Style } from './page.js';
import { sizesText } from './size-text.js';
import { applyWishes, type Wishes, waysToAsk } from './wishes.js';

const STEP = 1.1;
const NOTHING: Wishes = { muted: new Set() };

export interface ControlsOptions {
  readonly series: RunSeries;
  /** What was asked for at first. */
  readonly base: RunOptions;
  /** What its profile is called; null without one. */
  readonly profile: string | null;
  readonly cost: CostWatch;
  readonly glyphs: Glyphs;
  readonly say: (text: string, style?: Style) => void;
  /** A leg may have begun: after every change, one that failed as well. */
  readonly onLeg: () => void;
}

/** What a person can change while a run goes on. Whatever throws has changed nothing. */
export class Controls {
  private wishes: Wishes = NOTHING;
  /** What follows from wishes that still hold is said once. */
  private saidNotes: readonly string[] = [];
  private readonly recent = new RecentRate();
  /** What the profile is called that is sent now; null without one. */
  profile: string | null;

  constructor(private readonly context: ControlsOptions) {
    this.profile = context.profile;
  }

  /** A few times a second. */
  observe(snapshot: Snapshot): void {
    this.recent.observe(snapshot);
  }

  get muted(): ReadonlySet<string> {
    return this.wishes.muted;
  }

  /** What would be asked with these wishes beside those that hold. @throws UsageError */
  options(more: Partial<Wishes> = {}): RunOptions {
    return this.wished(more).options;
  }

  /** What would be asked with that profile. */
  optionsWith(profile: Profile): RunOptions {
    return this.options(wishOf(profile));
  }

  /** All that there are, muted ones included, in their order. */
  get streams(): readonly string[] {
    const { base, series } = this.context;
    const traffic = this.wishes.profile?.traffic ?? base.traffic ?? series.plan.traffic;
    return traffic.streams.map(({ name }) => name);
  }

  /** In the words of --rate; empty at top speed. */
  get rateText(): string {
    const { series } = this.context;
    const { shape } = this.wishes.shape === undefined ? series.options : { shape: this.wishes.shape };
    return shape ? formatShape(shape) : '';
  }

  /** In the words of --size; empty where each stream has sizes of its own. */
  get sizesText(): string {
    const { series } = this.context;
    return sizesText(series.options, series.plan);
  }

  /** In the words of --cpus. */
  get cpusText(): string {
    return formatCpus(this.context.series.plan.workers.map(({ cpu }) => cpu));
  }

  togglePause(): void {
    const { series, say } = this.context;
    if (series.isPaused) series.resume();
    else series.pause();
    say(series.isPaused ? 'paused' : 'resumed');
  }

  /** Without a rate it begins at what was sent in the last second. */
  stepRate(up: boolean): void {
    const { series, say } = this.context;
    const steered = {
      snapshot: () => series.run.snapshot(),
      setRate: (pps: number) => {
        series.setRate(pps);
        if (this.isPlain()) this.keep({ shape: { kind: 'constant', rate: { unit: 'pps', value: pps } } });
      },
    };
    say(changeRate(steered, up ? STEP : 1 / STEP, () => this.recent.pps));
  }

  /** In the words of --rate, or "top". @throws UsageError */
  async setRate(text: string): Promise<void> {
    const { series, say } = this.context;
    if (text.trim().toLowerCase() === 'top') {
      series.setTopSpeed();
      this.keep({ shape: null });
      return say('rate: as fast as possible');
    }
    const shape = forFlag(parseShape)('rate', text);
    if (shape.kind !== 'constant' || !this.isPlain()) {
      return this.change({ shape }, `rate ${formatShape(shape)}`, null);
    }
    series.setRate(shape.rate);
    this.keep({ shape });
    say(`rate ${formatShape(shape)}`);
  }

  /** In the words of --size. @throws UsageError */
  async setSizes(text: string): Promise<void> {
    await this.change({ sizes: parseSizes('size', text.trim()) }, `size ${text.trim()}`, null);
  }

  /** In the words of --cpus. @throws UsageError */
  async setCpus(text: string): Promise<void> {
    const cpus = parseCpuList('cpus', text.trim());
    await this.change({ cpus }, `CPUs ${formatCpus(cpus)}`, null);
  }

  async takeEngine(name: string): Promise<void> {
    const { series, glyphs, say } = this.context;
    const before = series.plan.engine.name;
    if (name === before) return say(`engine ${name}: runs already`);
    await this.change({ engine: name }, () => `engine ${before} ${glyphs.arrow} ${series.plan.engine.name}`);
  }

  /** A shipped one by name, or a file. */
  async takeProfile(name: string): Promise<void> {
    const profile = await readProfiles([name]);
    await this.change(wishOf(profile), `profile ${name}`, null, () => {
      this.profile = name;
    });
    for (const note of profile.notes) this.context.say(note, 'warn');
  }

  /** @throws UsageError where the engine has no queueing discipline to go past. */
  async toggleBypass(): Promise<void> {
    const { engine } = this.context.series.plan;
    const info = engineNamed(engine.name);
    if (!info || !hasOption(info, 'qdiscBypass')) {
      throw new UsageError(
        `engine ${engine.name} knows no qdisc bypass; ${ownersOf('qdiscBypass').join(' and ')} do`,
      );
    }
    const qdiscBypass = engine.options['qdiscBypass'] !== true;
    await this.change({ qdiscBypass }, `qdisc bypass ${qdiscBypass ? 'on' : 'off'}`);
  }

  async toggleMute(stream: string): Promise<void> {
    const muted = new Set(this.muted);
    const wasMuted = muted.delete(stream);
    if (!wasMuted) muted.add(stream);
    await this.change({ muted }, `stream ${stream} ${wasMuted ? 'sent again' : 'muted'}`, null);
  }

  /** The rate of the present leg is one number, which can be changed while it goes on. */
  private isPlain(): boolean {
    const { shape } = this.context.series.options;
    return shape === undefined || shape.kind === 'constant';
  }

  private keep(more: Partial<Wishes>): void {
    this.wishes = { ...this.wishes, ...more };
  }

  private wished(more: Partial<Wishes>) {
    const { base, series } = this.context;
    return applyWishes(base, { ...this.wishes, ...more }, series.plan.engine.name);
  }

  /** Restarts the workers. `cost`: what the comparison of costs is called; null for none. */
  private async change(
    more: Partial<Wishes>,
    what: string | (() => string),
    cost: string | (() => string) | null = what,
    onDone: () => void = () => {},
  ): Promise<void> {
    const { series, say, onLeg, glyphs } = this.context;
    const { options, notes } = this.wished(more);
    const profile = (more.profile ?? this.wishes.profile) as Profile | undefined;
    const before = series.plan;
    const costBefore = this.context.cost.present();
    const startedAt = performance.now();
    let whyNot: string | null;
    try {
      whyNot = await explained({ profile, options }, () => this.restart(options));
      this.keep(more);
      onDone();
    } finally {
      onLeg(); // the one before may have begun again
    }
    const tookMs = performance.now() - startedAt;
    if (cost !== null) this.context.cost.compare(wordsOf(cost), costBefore);
    const asked = {
      engine: more.engine !== undefined || more.qdiscBypass !== undefined,
      cpus: more.cpus !== undefined,
    };
    const others = describeDifferences(before, series.plan, asked, whyNot, glyphs);
    say(`${wordsOf(what)}: ${[...others, `restarted in ${Math.round(tookMs)} ms`].join(', ')}`);
    for (const note of notes.filter((one) => !this.saidNotes.includes(one))) say(note, 'warn');
    this.saidNotes = notes;
  }

  /** With CPUs and engine as they are, where that can be. @returns why something could not stay; null where all has. */
  private async restart(options: RunOptions): Promise<string | null> {
    const { series } = this.context;
    const ways = waysToAsk(options, series.plan);
    let first: string | null = null;
    for (const [i, way] of ways.entries()) {
      try {
        await series.change(way);
        return first;
      } catch (error) {
        if (i === ways.length - 1) throw error;
        first ??= reasonIn(messageOf(error));
      }
    }
    return first;
  }
}

/** Of a message that an engine cannot send the frames: what is in its way, without what would help. */
function reasonIn(message: string): string {
  return / cannot run there: ([^;]*)/.exec(message)?.[1] ?? message;
}

/** Other traffic has other sizes and streams. */
function wishOf(profile: Profile): Partial<Wishes> {
  return { profile, sizes: undefined, muted: new Set() };
}

function wordsOf(words: string | (() => string)): string {
  return typeof words === 'string' ? words : words();
}
