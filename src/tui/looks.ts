import type { Looks, Page } from './page.js';

export const FIRST_LOOKS: Looks = { page: 1, selected: 0, scroll: 0, question: null };

const WHEEL = 3;

/** The looks after a key that moves in the list of a page, a click (`select:N`) or the number of a page. */
export function movedLooks(looks: Looks, key: string, list: Page['list']): Looks {
  if (/^[1-4]$/.test(key))
    return { ...FIRST_LOOKS, page: Number(key) as Looks['page'], question: looks.question };
  if (!list) return looks;
  const row = /^select:(\d+)$/.exec(key)?.[1];
  const steps: Readonly<Record<string, number>> = {
    up: -1,
    down: 1,
    'wheel-up': -WHEEL,
    'wheel-down': WHEEL,
    'page-up': -list.visible,
    'page-down': list.visible,
    home: Number.NEGATIVE_INFINITY,
    end: Number.POSITIVE_INFINITY,
  };
  const wanted = row === undefined ? looks.selected + (steps[key] ?? 0) : Number(row);
  return fitted({ ...looks, selected: wanted }, list);
}

/** The selected element exists and can be seen: lists grow and shrink, and so do terminals. */
export function fitted(looks: Looks, list: Page['list']): Looks {
  if (!list) return looks;
  const { elements, visible } = list;
  const selected = within(looks.selected, 0, elements - 1);
  const scroll = within(looks.scroll, selected - visible + 1, selected);
  return { ...looks, selected, scroll: within(scroll, 0, elements - visible) };
}

function within(value: number, least: number, most: number): number {
  return Math.max(0, least, Math.min(value, most));
}
