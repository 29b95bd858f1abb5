import type { Style } from './page.js';

export interface Message {
  /** Of the run. */
  readonly atSeconds: number;
  readonly text: string;
  readonly style: Style;
}

export const MOST_MESSAGES = 200;

/** The last ones. */
export class Messages {
  private kept: Message[] = [];

  add(message: Message): void {
    this.kept = [...this.kept, message].slice(-MOST_MESSAGES);
  }

  /** From the oldest to the newest. */
  get all(): readonly Message[] {
    return this.kept;
  }
}
