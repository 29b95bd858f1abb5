// A screen as `tmux capture-pane -e` prints it, as an SVG. Every character has its own place on a grid and blocks are drawn
// as rectangles, so that the picture is the same with any font.

const CELL = { width: 9, height: 19 };
const FONT_SIZE = 15;
const BASELINE = 14;
const MARGIN = 16;
const TITLE_HEIGHT = 34;
const PAPER = '#10151c';
const FRAME = '#2b3440';
const INK = '#c8d1dc';
const BRIGHT = '#ffffff';
const DIM = '#7d8a99';
/** Black, red, green, yellow, blue, magenta, cyan, white. */
const COLOURS = ['#3a4450', '#f2706b', '#6cc26a', '#e2b54a', '#6ea8f7', '#c792ea', '#4fc1d9', '#dfe6ee'];
const SHADES = { '█': 1, '▓': 0.7, '▒': 0.45, '░': 0.18 };
const LEVELS = '▁▂▃▄▅▆▇█';
const PLAIN = { colour: null, bold: false, dim: false, underline: false, inverse: false };

/** @param {string[]} lines @param {{columns: number, rows: number, title: string}} about */
export function toSvg(lines, { columns, rows, title }) {
  const width = columns * CELL.width + 2 * MARGIN;
  const height = rows * CELL.height + 2 * MARGIN + TITLE_HEIGHT;
  const drawn = lines.slice(0, rows).map((line, row) => drawRow(cellsOf(line), row));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<rect width="${width}" height="${height}" rx="8" fill="${PAPER}" stroke="${FRAME}"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${FONT_SIZE}" fill="${INK}">
<text x="${MARGIN}" y="${MARGIN + BASELINE}" fill="${DIM}" xml:space="preserve">$ ${escaped(title)}</text>
<line x1="0" x2="${width}" y1="${TITLE_HEIGHT + 8}" y2="${TITLE_HEIGHT + 8}" stroke="${FRAME}"/>
<g transform="translate(${MARGIN} ${MARGIN + TITLE_HEIGHT})">
${drawn.filter(Boolean).join('\n')}
</g>
</g>
</svg>
`;
}

/** Every character with its style. */
function cellsOf(line) {
  const cells = [];
  let style = PLAIN;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what the sequences begin with
  for (const [text, parameters] of line.matchAll(/\u001b\[([\d;]*)m|\u001b\[[^a-zA-Z]*[a-zA-Z]|./gu)) {
    if (parameters !== undefined) style = styleAfter(style, parameters.split(';').map(Number));
    else if (!text.startsWith('\u001b')) cells.push({ text, style });
  }
  return cells;
}

/** Select Graphic Rendition, ECMA-48 8.3.117: what a screen of eight colours uses. */
const RENDITIONS = {
  1: { bold: true },
  2: { dim: true },
  4: { underline: true },
  7: { inverse: true },
  22: { bold: false, dim: false },
  24: { underline: false },
  27: { inverse: false },
  39: { colour: null },
};

function styleAfter(style, codes) {
  let now = style;
  for (const code of codes) {
    if (code === 0) now = PLAIN;
    else if (code >= 30 && code <= 37) now = { ...now, colour: code - 30 };
    else now = { ...now, ...RENDITIONS[code] };
  }
  return now;
}

function drawRow(cells, row) {
  const y = row * CELL.height;
  return runsOf(cells)
    .map((run) => drawRun(run, y))
    .join('');
}

/** Neighbours that look the same: of one style, and either text or one and the same block. */
function runsOf(cells) {
  const runs = [];
  for (const [column, { text, style }] of cells.entries()) {
    const kind = text === ' ' && !style.inverse ? null : isDrawn(text) ? text : 'text';
    const last = runs.at(-1);
    const continues = last?.kind === kind && last.style === style && last.to === column;
    if (continues) {
      last.text += text;
      last.to++;
    } else if (kind !== null) runs.push({ kind, style, text, from: column, to: column + 1 });
  }
  return runs;
}

function isDrawn(text) {
  return text in SHADES || LEVELS.includes(text) || '─│'.includes(text);
}

function drawRun({ kind, style, text, from, to }, y) {
  const ink = inkOf(style);
  const x = from * CELL.width;
  const width = (to - from) * CELL.width;
  const paper = style.inverse ? rect(x, y, width, CELL.height, ink) : '';
  const fill = style.inverse ? PAPER : ink;
  const line = style.underline ? rect(x, y + BASELINE + 2, width, 1, fill) : '';
  return (
    paper +
    (kind === 'text' ? drawText(text, x, y, fill, style.bold) : drawBlock(kind, x, y, width, fill)) +
    line
  );
}

function drawBlock(kind, x, y, width, fill) {
  const { height } = CELL;
  const middle = (width - 1.5) / 2;
  if (kind === '─') return rect(x, y + height / 2, width, 1, fill);
  if (kind === '│') return rect(x + middle, y, 1.5, height, fill);
  // Bars of neighbouring lines do not touch; the levels of a history do.
  if (kind in SHADES && kind !== '█') return rect(x, y + 1, width, height - 2, fill, SHADES[kind]);
  const part = ((LEVELS.indexOf(kind) + 1) / LEVELS.length) * height;
  return rect(x, y + height - part, width, part, fill);
}

function rect(x, y, width, height, fill, opacity = 1) {
  const faint = opacity === 1 ? '' : ` fill-opacity="${opacity}"`;
  return `<rect x="${rounded(x)}" y="${rounded(y)}" width="${rounded(width)}" height="${rounded(height)}" fill="${fill}"${faint}/>`;
}

/** Each word by itself, with a place for each character. */
function drawText(text, x, y, fill, bold) {
  const weight = bold ? ' font-weight="600"' : '';
  const colour = fill === INK ? '' : ` fill="${fill}"`;
  const words = [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => {
    const places = [...word].map((_, i) => x + (index + i) * CELL.width);
    return `<text y="${y + BASELINE}" x="${places.join(' ')}"${weight}${colour}>${escaped(word)}</text>`;
  });
  return words.join('');
}

function inkOf({ colour, bold, dim }) {
  if (colour !== null) return COLOURS[colour];
  if (dim) return DIM;
  return bold ? BRIGHT : INK;
}

function rounded(value) {
  return Number(value.toFixed(2));
}

function escaped(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
