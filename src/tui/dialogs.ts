import { formatCpus, previewTraffic, surveyEngines } from '../index.js';
import type { RunSeries } from '../run/series.js';
import { allowedCpus } from '../system/cpus.js';
import { engineChooser, profileChooser, profilePreview } from './choices.js';
import type { Controls } from './controls.js';
import { ChooserDialog, type Dialog, PromptDialog, ReadingDialog } from './dialog.js';
import { helpBox, textBox } from './help.js';
import type { Glyphs } from './page.js';
import { framesText, livePeek } from './peek.js';
import { newPrompt } from './prompt.js';

const PEEKED_FRAMES = 5;

const RATE_HELP = [
  '1Mpps, 2.5Gbps (frames), 9.5Gbps-l1 (wire), 40%, gap 10us; top: as fast as possible',
  'poisson RATE, burst 64 every 1ms, on 100ms off 900ms RATE, ramp RATE to RATE in 10s, steps RATE for 5s, RATE',
];
const SIZE_HELP = ['64 to 9022 bytes, FCS included, or a mix: imix, 64,1518, IMIX:aaabg'];
const CPUS_HELP = 'one worker pinned to each: 0,2-3';
const PROFILE_HELP = ['a file, with a / or .yaml, or the name of a shipped profile'];

const CLEARING = 'Ctrl-U clears the line';

export interface DialogsOptions {
  readonly series: RunSeries;
  readonly controls: Controls;
  readonly glyphs: Glyphs;
  /** Something that is shown has changed. */
  readonly redraw: () => void;
}

/** Everything that opens over the page. */
export class Dialogs {
  private readonly closing = new AbortController();

  constructor(private readonly context: DialogsOptions) {}

  rate(): Dialog {
    const { controls } = this.context;
    return this.prompt('rate', RATE_HELP, (text) => controls.setRate(text), controls.rateText);
  }

  sizes(): Dialog {
    const { controls } = this.context;
    return this.prompt('frame size', SIZE_HELP, (text) => controls.setSizes(text), controls.sizesText);
  }

  cpus(): Dialog {
    const { controls } = this.context;
    const help = [`${CPUS_HELP}; may be used: ${formatCpus(allowedCpus())}`];
    return this.prompt('CPUs', help, (text) => controls.setCpus(text), controls.cpusText);
  }

  async engines(): Promise<Dialog> {
    const { controls, series, redraw } = this.context;
    const survey = await surveyEngines(controls.options());
    return new ChooserDialog(engineChooser(survey, series.plan.engine.name), {
      take: (name) => controls.takeEngine(name),
      redraw,
    });
  }

  async profiles(): Promise<Dialog> {
    const { controls, redraw } = this.context;
    const take = (name: string) => controls.takeProfile(name);
    return new ChooserDialog(await profileChooser(controls.profile), {
      take,
      look: (name) => profilePreview(name, (profile) => controls.optionsWith(profile)),
      typed: (text) =>
        new PromptDialog(newPrompt('profile', PROFILE_HELP, text), (name) => take(name.trim())),
      redraw,
    });
  }

  /** What the sequence begins with is shown at once, what libpcap sees when it has seen it. */
  async frames(): Promise<Dialog> {
    const { controls, series, glyphs, redraw } = this.context;
    const preview = await previewTraffic(controls.options(), PEEKED_FRAMES);
    const looking = new AbortController();
    const signal = AbortSignal.any([looking.signal, this.closing.signal]);
    let live = ['looking …'];
    void livePeek(series.run, glyphs, signal).then((seen) => {
      live = seen;
      if (!signal.aborted) redraw();
    });
    return new ReadingDialog(
      (from, size) => textBox('frames', framesText(preview, live), from, size),
      () => looking.abort(),
    );
  }

  /** What was begun for one of them ends. */
  close(): void {
    this.closing.abort();
  }

  help(): Dialog {
    return new ReadingDialog(helpBox);
  }

  /** `present`: what holds now, to be edited. */
  private prompt(
    title: string,
    help: readonly string[],
    take: (text: string) => Promise<void>,
    present: string,
  ): Dialog {
    const whole = present === '' ? help : [...help, CLEARING];
    return new PromptDialog(newPrompt(title, whole, present), take, present);
  }
}
