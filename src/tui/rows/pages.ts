import type { Looks, Page, Size } from '../page.js';
import type { View } from '../view.js';
import { type Block, fixed, GAP, type Row } from './block.js';
import { counterRows, planRows } from './counters.js';
import { gaugeRows, paceRows, rateRow } from './gauge.js';
import { headRows } from './head.js';
import { historyRows } from './history.js';
import { type Placed, shareRows } from './layout.js';
import { extraRows, lastMessages, messagesFrom } from './messages.js';
import { largestStreams, streamRows } from './streams.js';
import { truthRows } from './truth.js';
import { callsRows, errorRows, legendRows, workerDetail, workerRows } from './workers.js';

type List = Page['list'];
/** A page without its last line. */
export interface Body {
  readonly rows: readonly Row[];
  readonly list: List;
}

/** What there is room for, in the order of the page. */
function stack(blocks: readonly Placed[], rows: number): Row[] {
  const shares = shareRows(blocks, rows);
  return blocks.flatMap((block, i) => {
    const share = shares[i] ?? 0;
    return share === 0 ? [] : block.make(share).slice(0, share);
  });
}

/** Of the last ones, as many rows whether they are there or not: nothing else moves when one comes. */
const messages = (view: View, good: number, most: number): Block => ({
  least: 1,
  good,
  most,
  make: (rows) => lastMessages(view, rows),
});

const placed = (importance: number, block: Block): Placed => ({ ...block, importance });
/** Served before all who only can use more. */
const gap = placed(100, GAP);

/** The first element that is shown, so that the last ones fill the list. */
export function firstShown(looks: Looks, elements: number, visible: number): number {
  return Math.max(0, Math.min(Math.floor(looks.scroll) || 0, elements - visible));
}

/** A list of which only what is shown is made; what it has shown is told to `report`. */
function scrolling(
  view: View,
  elements: number,
  sizes: { readonly least: number; readonly good: number; readonly around: number },
  make: (rows: number, first: number) => readonly Row[],
  report: (list: List) => void,
): Block {
  const { around } = sizes;
  return {
    least: Math.min(sizes.least, elements + around),
    good: Math.min(sizes.good, elements + around),
    most: elements + around,
    make: (rows) => {
      const visible = Math.max(0, Math.min(elements, rows - around));
      report({ elements, visible });
      return make(rows, firstShown(view.looks, elements, visible));
    },
  };
}

/** Of the streams, with the head; all of them are on a page of their own. */
const MOST_STREAMS = 16;

export function overview(view: View, rows: number): Body {
  const streams = view.streams.names.length;
  const table = view.workers.length + (view.workers.length > 1 ? 2 : 1);
  const head = headRows(view).map((one) => fixed([one]));
  const [gauge, scale] = gaugeRows(view);
  const [sent, ...counted] = truthRows(view);
  const history = { least: 1, good: 3, most: 25, make: (n: number) => historyRows(view, n) };
  const tableBlock = { least: Math.min(table, 4), good: Math.min(table, 12), most: table };
  const streamBlock: Block = {
    least: Math.min(2, streams + 1),
    good: Math.min(8, streams + 1),
    most: Math.min(MOST_STREAMS, streams + 1),
    make: (n) => largestStreams(view, n),
  };
  const blocks: Placed[] = [
    ...[20, 15, 8, 16].map((importance, i) => placed(importance, head[i] ?? GAP)),
    gap,
    placed(19, fixed([rateRow(view)])),
    ...paceRows(view).map((one) => placed(14, fixed([one]))),
    placed(17, fixed(gauge ? [gauge] : [])),
    placed(11, fixed(scale ? [scale] : [])),
    gap,
    placed(18, { ...tableBlock, make: (n) => workerRows(view, n, 'overview') }),
    ...legendRows(view).map((one) => placed(14, fixed([one]))),
    ...callsRows(view).map((one) => placed(9, fixed([one]))),
    ...errorRows(view).map((one) => placed(13, fixed([one]))),
    gap,
    placed(11, history),
    gap,
    placed(7, streamBlock),
    gap,
    ...(sent ? [placed(10, fixed([sent]))] : []),
    ...counted.map((one) => placed(13, fixed([one]))),
    gap,
    placed(12, messages(view, 2, 5)),
  ];
  return { rows: stack(blocks, rows), list: null };
}

export function workersPage(view: View, rows: number): Body {
  const elements = view.workers.length;
  let list: List = null;
  const table = scrolling(
    view,
    elements,
    { least: 4, good: elements + 2, around: elements > 1 ? 2 : 1 },
    (n, first) => workerRows(view, n, 'workers', first),
    (shown) => {
      list = shown;
    },
  );
  const [who, axis, ...detail] = workerDetail(view);
  const blocks: Placed[] = [
    placed(20, fixed(headRows(view).slice(0, 1))),
    placed(16, fixed([rateRow(view), ...paceRows(view)])),
    gap,
    placed(19, table),
    placed(15, fixed(legendRows(view))),
    gap,
    placed(14, fixed(who ? [who] : [])),
    placed(9, fixed(axis ? [axis] : [])),
    placed(14, fixed(detail)),
    gap,
    placed(10, { least: 1, good: 3, most: 25, make: (n) => historyRows(view, n) }),
    gap,
    placed(11, messages(view, 1, 5)),
  ];
  return { rows: stack(blocks, rows), list };
}

export function streamsPage(view: View, rows: number): Body {
  const elements = view.streams.names.length;
  let list: List = null;
  const table = scrolling(
    view,
    elements,
    { least: 2, good: elements + 1, around: 1 },
    (n, first) => streamRows(view, n, first),
    (shown) => {
      list = shown;
    },
  );
  const blocks: Placed[] = [
    placed(20, fixed(headRows(view).slice(0, 2))),
    placed(16, fixed([rateRow(view), ...paceRows(view)])),
    gap,
    placed(19, table),
    gap,
    placed(15, fixed(truthRows(view).slice(0, 1))),
    placed(11, messages(view, 1, 4)),
  ];
  return { rows: stack(blocks, rows), list };
}

/** The newest message is the first of the list. */
export function devicePage(view: View, rows: number): Body {
  const plan = planRows(view);
  let list: List = null;
  const elements = view.messages.length;
  const makeMessages = (rows: number) => {
    const visible = Math.max(0, Math.min(elements, rows - Math.min(rows - 1, extraRows(view))));
    list = { elements, visible };
    return messagesFrom(view, rows, firstShown(view.looks, elements, visible));
  };
  const blocks: Placed[] = [
    placed(20, fixed(headRows(view).slice(0, 1))),
    placed(18, fixed(truthRows(view))),
    gap,
    placed(17, fixed(counterRows(view))),
    gap,
    placed(15, {
      least: Math.min(3, plan.length),
      good: plan.length,
      most: plan.length,
      make: (n) => plan.slice(0, n),
    }),
    gap,
    placed(16, {
      least: Math.min(1, elements),
      good: Math.min(8, elements),
      most: elements + 2,
      make: makeMessages,
    }),
  ];
  return { rows: stack(blocks, rows), list };
}

/** From here on something can be read. */
export const SMALLEST: Size = { columns: 60, rows: 15 };

export function tooSmall({ columns, rows }: Size): Row[] {
  const is = `${columns}x${rows} is too small`;
  const wanted = `at least ${SMALLEST.columns}x${SMALLEST.rows}`;
  const line = rows < 2 ? [`${is}, ${wanted}`] : [is, wanted];
  return line.map((text) => ({ line: [{ text, style: 'warn' as const }] }));
}
