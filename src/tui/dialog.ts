import { messageOf } from '../errors.js';
import type { Box } from './box.js';
import { type Chooser, chooserBox, moved, withPreview } from './chooser.js';
import type { Glyphs, Size } from './page.js';
import { type Prompt, promptBox, typed } from './prompt.js';

/** What is shown over the page and gets the keys until it is closed. */
export interface Dialog {
  /** @returns what is shown next: itself, another one, or null for the page. */
  press(key: string): Promise<Dialog | null>;
  /** What was pasted; without it that means nothing. */
  paste?(text: string): void;
  box(size: Size, glyphs: Glyphs): Box;
}

const CLOSING = ['escape', 'q'];

/** A line of text; `take` throws what is wrong with it. */
export class PromptDialog implements Dialog {
  /** `present`: what holds now; to take that changes nothing. */
  constructor(
    private prompt: Prompt,
    private readonly take: (text: string) => Promise<void>,
    private readonly present = '',
  ) {}

  async press(key: string): Promise<Dialog | null> {
    if (key === 'escape') return null;
    if (key !== 'enter') {
      this.prompt = typed(this.prompt, key);
      return this;
    }
    if (['', this.present].includes(this.prompt.text.trim())) return null;
    try {
      await this.take(this.prompt.text);
      return null;
    } catch (error) {
      this.prompt = { ...this.prompt, error: messageOf(error) };
      return this;
    }
  }

  /** As one line. */
  paste(text: string): void {
    const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
    this.prompt = [...line].reduce(typed, this.prompt);
  }

  box(size: Size): Box {
    return promptBox(this.prompt, size);
  }
}

export interface ChooserActions {
  /** Throws what is in the way. */
  readonly take: (name: string) => Promise<void>;
  /** Where previews take time. */
  readonly look?: (name: string) => Promise<readonly string[]>;
  /** A character that means nothing in a list. */
  readonly typed?: (character: string) => Dialog;
  readonly redraw: () => void;
}

export class ChooserDialog implements Dialog {
  private looking = false;

  constructor(
    private chooser: Chooser,
    private readonly actions: ChooserActions,
  ) {
    this.lookAt();
  }

  async press(key: string): Promise<Dialog | null> {
    if (CLOSING.includes(key)) return null;
    const { selected } = this.chooser;
    // A second click on the same row takes it.
    if (key === 'enter' || key === `select:${selected}`) return this.take();
    const next = moved(this.chooser, key);
    const isText = next === this.chooser && [...key].length === 1 && key !== ' ';
    if (isText && this.actions.typed) return this.actions.typed(key);
    this.chooser = next;
    this.lookAt();
    return this;
  }

  box(size: Size, glyphs: Glyphs): Box {
    return chooserBox(this.chooser, size, glyphs);
  }

  private async take(): Promise<Dialog | null> {
    const choice = this.chooser.choices[this.chooser.selected];
    if (!choice) return null;
    try {
      if (choice.refusal !== null) return this.saying(`${choice.name}: ${choice.refusal}`);
      await this.actions.take(choice.name);
      return null;
    } catch (error) {
      return this.saying(messageOf(error));
    }
  }

  private saying(note: string): this {
    this.chooser = { ...this.chooser, note };
    return this;
  }

  /** One after the other, the one that is looked at now always first. */
  private lookAt(): void {
    const choice = this.chooser.choices[this.chooser.selected];
    const { look, redraw } = this.actions;
    if (this.looking || !look || !choice || choice.preview !== null) return;
    this.looking = true;
    void look(choice.name)
      .catch((error) => messageOf(error).split('\n'))
      .then((preview) => {
        this.looking = false;
        this.chooser = withPreview(this.chooser, choice.name, preview);
        redraw();
        this.lookAt();
      });
  }
}

/** What only wants to be read. Keys that do not scroll close it. */
export class ReadingDialog implements Dialog {
  private from = 0;

  constructor(
    private readonly boxFrom: (from: number, size: Size, glyphs: Glyphs) => Box,
    private readonly onClose: () => void = () => {},
  ) {}

  async press(key: string): Promise<Dialog | null> {
    const step = STEPS[key];
    if (step === undefined) {
      this.onClose();
      return null;
    }
    this.from = Math.max(0, this.from + step);
    return this;
  }

  box(size: Size, glyphs: Glyphs): Box {
    const box = this.boxFrom(this.from, size, glyphs);
    this.from = box.first ?? 0;
    return box;
  }
}

const STEPS: Readonly<Record<string, number>> = {
  up: -1,
  down: 1,
  'wheel-up': -3,
  'wheel-down': 3,
  'page-up': -10,
  'page-down': 10,
  ' ': 10,
  home: Number.NEGATIVE_INFINITY,
  end: Number.POSITIVE_INFINITY,
};
