import type { RunPlan } from '../run/plan.js';
import type { Snapshot } from '../run/snapshot.js';
import { Observations } from './observations.js';
import type { Glyphs, Looks, Page, Size, Style } from './page.js';
import { BLANK, type Row, row } from './rows/block.js';
import { keyRow } from './rows/keys.js';
import { devicePage, overview, SMALLEST, streamsPage, tooSmall, workersPage } from './rows/pages.js';
import { finish } from './text.js';
import { viewOf } from './view.js';

/** A leg of the series, as the screen needs to know it. */
export interface LegFacts {
  readonly plan: RunPlan;
  /** The name of its profile, as it was asked for; null or absent where there is none. */
  readonly profile?: string | null;
  readonly driver: string | null;
  /** Of each worker's engine. */
  readonly modes: readonly string[];
  /** What was asked for in all, over all legs; null for no limit. */
  readonly countPackets: number | null;
  readonly durationNs: number | null;
  /** Streams that exist and are muted: they are shown, but not sent. */
  readonly muted: readonly string[];
  /** What the legs before have sent. */
  readonly sentBefore: { readonly packets: number; readonly bytes: number; readonly seconds: number };
}

/**
 * All that the screen knows: fed with snapshots, asked for pages. Knows neither terminals nor clocks: time is in the
 * snapshots.
 */
export interface Dashboard {
  /** A leg begins; the history goes on. */
  begin(leg: LegFacts): void;
  /** Called four times a second. */
  observe(snapshot: Snapshot): void;
  /** What is counted is counted from here. */
  zero(): void;
  /** A line among the messages; the last ones are on every page. */
  say(text: string, style?: Style): void;
  page(looks: Looks, size: Size, glyphs: Glyphs): Page;
}

export function createDashboard(): Dashboard {
  const seen = new Observations();
  return {
    begin(leg) {
      seen.begin(leg);
    },
    observe(snapshot) {
      seen.observe(snapshot);
    },
    zero() {
      seen.zero();
    },
    say(text, style = 'plain') {
      seen.messages.add({ atSeconds: seen.clockSeconds, text, style });
    },
    page(looks, size, glyphs) {
      return pageOf(seen, looks, size, glyphs);
    },
  };
}

const BODIES = { 1: overview, 2: workersPage, 3: streamsPage, 4: devicePage } as const;

function pageOf(seen: Observations, looks: Looks, size: Size, glyphs: Glyphs): Page {
  const columns = whole(size.columns);
  const rows = whole(size.rows);
  if (columns < SMALLEST.columns || rows < SMALLEST.rows) {
    return assemble(tooSmall({ columns, rows }).slice(0, rows), null, columns, glyphs);
  }
  const view = viewOf(seen, looks, columns, glyphs);
  const last = keyRow(looks, columns, view?.state === 'paused');
  if (!view)
    return assemble([row('pktgen', 'title'), row('nothing sent yet', 'faint'), last], null, columns, glyphs);
  const { rows: body, list } = BODIES[looks.page](view, rows - 1);
  const padding = Array.from({ length: rows - 1 - body.length }, () => BLANK);
  return assemble([...body, ...padding, last], list, columns, glyphs);
}

const whole = (value: number) => Math.max(0, Math.floor(value) || 0);

function assemble(rows: readonly Row[], list: Page['list'], columns: number, glyphs: Glyphs): Page {
  const hits = rows.flatMap(({ hits = [] }, i) =>
    hits
      .filter(({ fromColumn }) => fromColumn < columns)
      .map(({ fromColumn, toColumn, action }) => ({
        row: i,
        fromColumn,
        toColumn: Math.min(toColumn, columns),
        action,
      })),
  );
  return { lines: rows.map(({ line }) => finish(line, columns, glyphs)), hits, list };
}
