import {
  describeRate,
  formatBps,
  formatCount,
  formatPps,
  hexDump,
  lineRatePps,
  type Preview,
  type Profile,
} from '../index.js';

/** Links whose line rates a preview names. */
export const LINK_GBPS = [1, 10, 25, 40, 100];
/** Beyond this nobody compares rows any more. */
const MOST_ROWS = 40;

/** A preview for people. */
export function previewText(preview: Preview, profile: Profile | undefined): string {
  const { sizes, periodFrames } = preview;
  const lines = [
    ...(profile?.description ? [profile.description, ''] : []),
    `frame size  ${sizesLine(preview)}, FCS included`,
    ...(preview.rate ? [`rate        at most ${describeRate(preview.rate, null)}`] : []),
    ...(preview.streams.length > 1 && periodFrames > 0 ? [`mix         ${mixText(preview)}`] : []),
    ...(profile?.notes.map((note) => `note        ${note}`) ?? []),
    '',
    ...streamTable(preview),
    '',
    ...(preview.isMeanKnown ? LINK_GBPS.map((gbps) => rateLine(gbps, sizes.meanWireBytes)) : []),
  ];
  for (const [i, { stream, bytes, lines: headers }] of preview.frames.entries()) {
    lines.push(
      '',
      `frame ${i + 1}, ${stream}, ${bytes.length} bytes and FCS`,
      ...headers.map((line) => `  ${line}`),
      ...hexDump(bytes),
    );
  }
  return `${lines.join('\n')}\n`;
}

export function mixText({ order, periodFrames }: Pick<Preview, 'order' | 'periodFrames'>): string {
  if (order === 'random') return 'is drawn at random, by the weights of the streams';
  return `repeats after ${formatCount(periodFrames)} frames`;
}

/** Without a mean where only the rates on a host decide how often each size comes. */
function sizesLine({ sizes, isMeanKnown, streams }: Preview): string {
  const { minBytes, meanBytes, maxBytes } = sizes;

  if (minBytes === maxBytes) return `${trimmed(meanBytes)} bytes`;
  if (!isMeanKnown) return `${minBytes} to ${maxBytes} bytes`;
  const rates = streams.some(({ packetShare }) => packetShare === null) ? ' at these rates' : '';
  return `${trimmed(meanBytes)} bytes on average${rates}, ${minBytes} to ${maxBytes}`;
}

function streamTable({ streams }: Preview): string[] {
  const width = Math.max('stream'.length, ...streams.map(({ name }) => name.length));
  const timed = streams.some(({ timing }) => timing !== '');
  const rows = streams.slice(0, MOST_ROWS).map((stream) => {
    const shares = [percent(stream.packetShare), percent(stream.byteShare)];
    const mean = trimmed(stream.meanSizeBytes).padStart(9);
    const sizes = sizesText(stream.sizes);
    const timing = stream.timing === '' ? [] : [stream.timing];
    return [stream.name.padEnd(width), ...shares, mean, timed ? sizes.padEnd(SIZES_WIDTH) : sizes, ...timing]
      .join('  ')
      .trimEnd();
  });
  const left = streams.length - rows.length;
  const head = [
    `${'stream'.padEnd(width)}    packets      bytes  mean size  ${timed ? `${'sizes'.padEnd(SIZES_WIDTH)}  rate and time` : 'sizes'}`,
  ];
  return [...head, ...rows, ...(left > 0 ? [`… and ${left} more`] : [])];
}

const MOST_SIZES = 7;
/** Of the column, where another one follows. */
const SIZES_WIDTH = 16;

/** "64×7 594×4 1518". */
function sizesText(sizes: Preview['streams'][number]['sizes']): string {
  const shown = sizes
    .slice(0, MOST_SIZES)
    .map(({ sizeBytes, weight }) => (weight === 1 ? `${sizeBytes}` : `${sizeBytes}×${weight}`));
  return [...shown, ...(sizes.length > MOST_SIZES ? [`… ${sizes.length} in all`] : [])].join(' ');
}

function rateLine(gbps: number, meanBytes: number): string {
  const pps = lineRatePps(gbps * 1e9, meanBytes);
  const l2 = formatBps(pps * meanBytes * 8);
  return `line rate at ${String(gbps).padStart(3)} Gbit/s  ${formatPps(pps).padStart(11)}  ${(1e9 / pps).toFixed(2).padStart(9)} ns a packet  L2 ${l2}`;
}

function percent(share: number | null): string {
  if (share === null) return '–'.padStart(9);
  return `${(100 * share).toFixed(3)} %`.padStart(9);
}

function trimmed(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
