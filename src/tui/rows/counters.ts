import { describePlan } from '../../outputs/text-plan.js';
import type { LinkDelta } from '../../run/snapshot.js';
import { clock, count } from '../numbers.js';
import { clean, left, right, span } from '../text.js';
import type { View } from '../view.js';
import { folded, type Row } from './block.js';

const COUNTERS: readonly { readonly title: string; readonly of: (delta: LinkDelta) => number }[] = [
  { title: 'tx packets', of: ({ txPackets }) => txPackets },
  { title: 'tx bytes', of: ({ txBytes }) => txBytes },
  { title: 'tx dropped', of: ({ txDropped }) => txDropped },
  { title: 'tx errors', of: ({ txErrors }) => txErrors },
  { title: 'rx packets', of: ({ rxPackets }) => rxPackets },
  { title: 'rx bytes', of: ({ rxBytes }) => rxBytes },
  { title: 'rx dropped', of: ({ rxDropped }) => rxDropped },
  { title: 'rx to other hosts', of: ({ rxOtherhostDropped }) => rxOtherhostDropped },
];

const TITLE = 26;
/** Of the lines of a plan. */
const LABEL = 9;

/** All counters of the device and the far end, as the kernel has them: of all legs, since zero(). */
export function counterRows({ device, farEnd, glyphs, columns, zeroedAt }: View): Row[] {
  const accounts = [device, farEnd].filter((account) => account !== null);
  if (accounts.length === 0)
    return [{ line: [span('no device, and so no counters of the kernel', 'faint')] }];
  const width = Math.max(1, Math.min(24, Math.floor((columns - TITLE) / accounts.length)));
  const head = accounts.map(({ delta }) =>
    right(`${clean(delta.name, glyphs)}${delta.gone ? ' (gone)' : ''}`, width),
  );
  const since = zeroedAt === null ? '' : ` since ${clock(zeroedAt, glyphs)}`;
  return [
    { line: [span(`${left(`kernel${since}, no FCS`, TITLE)}${head.join('')}`, 'faint')] },
    ...COUNTERS.map(({ title, of }) => ({
      line: [
        span(left(title, TITLE)),
        ...accounts.map(({ delta }) => span(right(count(of(delta), glyphs, width - 1), width), 'strong')),
      ],
    })),
  ];
}

/** The plan in full, as the text output has it, with its notes. */
export function planRows({ leg, columns, glyphs }: View): Row[] {
  return describePlan(leg.plan)
    .flatMap((line) => folded(clean(line, glyphs), columns, LABEL))
    .map((line) => ({
      line: [span(line.slice(0, LABEL), 'faint'), span(line.slice(LABEL))],
    }));
}
