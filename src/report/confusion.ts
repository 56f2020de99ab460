// The confusion matrix and its largest entries. Rows are the classes of the pictures, columns the predicted classes.

import type { ClassMetrics, Metrics } from '../eval/metrics.js';
import { html, type Markup } from './html.js';
import { sortableTable } from './sortable-table.js';
import { percent, plural } from './text.js';

/** With more classes than this, the matrix is drawn without numbers. */
const MAX_NUMBERED_CLASSES = 24;

/** Shades of the picture. The shade of a cell is the square root of its share of its row. */
const SHADES = 6;

/** Width of the picture on the screen in pixels. */
const MIN_WIDTH = 320,
  MAX_WIDTH = 640;

type Cell = { row: number; column: number; images: number; share: number };

const cellsOf = ({ classes, confusion }: Metrics): Cell[] => {
  const places = new Map(classes.map(({ index }, place) => [index, place]));
  return confusion.map(([truth, predicted, images]) => {
    const row = places.get(truth)!;
    return { row, column: places.get(predicted)!, images, share: images / classes[row]!.images };
  });
};

/** The matrix: a table of numbers, or a drawing if there are many classes. */
export const confusionMatrix = (metrics: Metrics): Markup =>
  metrics.classes.length > MAX_NUMBERED_CLASSES ? picture(metrics) : numbers(metrics);

const numbers = (metrics: Metrics): Markup => {
  const { classes } = metrics;
  const rows = classes.map(() => new Map<number, Cell>());
  for (const cell of cellsOf(metrics)) rows[cell.row]!.set(cell.column, cell);
  const field = (row: number, column: number) => {
    const { images, share } = rows[row]!.get(column) ?? { images: 0, share: 0 };
    if (!images) return html`<td></td>`;
    return html`<td class="${row === column ? 'right' : 'wrong'}" style="--shade:${Math.round(Math.sqrt(share) * 60)}%">${images}</td>`;
  };
  return html`<div class="scroll" role="region" aria-label="Confusion matrix" tabindex="0"><table class="confusion"><caption>Rows: the class of the pictures. Columns: the predicted class.</caption>
<thead><tr><td></td>${classes.map(({ label }) => html`<th scope="col"><span>${label}</span></th>`)}</tr></thead>
<tbody>${classes.map(
    ({ label }, row) => html`<tr><th scope="row">${label}</th>${classes.map((_, column) => field(row, column))}</tr>
`,
  )}</tbody></table></div>
`;
};

const picture = (metrics: Metrics): Markup => {
  const size = metrics.classes.length;
  const paths = { right: new Array<string>(SHADES).fill(''), wrong: new Array<string>(SHADES).fill('') };
  for (const { row, column, share } of cellsOf(metrics)) {
    paths[row === column ? 'right' : 'wrong'][Math.ceil(Math.sqrt(share) * SHADES) - 1] += `M${column} ${row}h1v1h-1z`;
  }
  const shades = (kind: keyof typeof paths) =>
    paths[kind].map(
      (path, i) => path && html`<path class="${kind}" opacity="${((i + 1) / SHADES).toFixed(2)}" d="${path}" />`,
    );
  const width = Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, size * 4));
  const title = `Confusion matrix of ${size} classes`;
  return html`<figure><svg class="matrix confusion" role="img" viewBox="0 0 ${size} ${size}" style="width:${width}px;aspect-ratio:1"><title>${title}</title>${shades('wrong')}${shades('right')}</svg>
<figcaption>Rows: the class of the pictures, in the order of the model. Columns: the predicted class. Predictions on the diagonal are correct.</figcaption></figure>
`;
};

/** Maximum number of pairs of classes that are listed. */
const MAX_PAIRS = 12;

/** The pairs of classes that are confused most often. */
export const confusedPairs = (metrics: Metrics): Markup => {
  const { classes } = metrics;
  const wrong = cellsOf(metrics).filter(({ row, column }) => row !== column);
  const most = wrong.sort((a, b) => b.images - a.images || a.row - b.row || a.column - b.column).slice(0, MAX_PAIRS);
  if (!most.length) return html`<p>Every prediction is correct.</p>`;
  const labelOf = (place: number): string => classes[place]!.label;
  const pairs = sortableTable<Cell>({
    name: 'pairs',
    label: 'Most frequent confusions',
    caption: 'Most frequent confusions.',
    className: 'figures',
    columns: [
      { title: 'Pictures', kind: 'number', cell: ({ images }) => images },
      { title: 'Class', kind: 'row', cell: ({ row }) => labelOf(row), key: ({ row }) => labelOf(row) },
      { title: 'Predicted as', cell: ({ column }) => labelOf(column), key: ({ column }) => labelOf(column) },
      { title: 'Share of the class', kind: 'number', cell: ({ share }) => percent(share), key: ({ share }) => share },
    ],
    rows: most,
  });
  const rest = wrong.length - most.length;
  return html`${pairs}${rest > 0 && html`<p class="quiet">${plural(rest, 'pair')} more.</p>`}
`;
};

/** The wrong class that is predicted most often for each class, by index. */
export const mostFrequentMistakes = ({
  confusion,
  classes,
}: Metrics): Map<number, { class: ClassMetrics; images: number }> => {
  const known = new Map(classes.map((one) => [one.index, one]));
  const most = new Map<number, { class: ClassMetrics; images: number }>();
  for (const [truth, predicted, images] of confusion) {
    if (truth !== predicted && images > (most.get(truth)?.images ?? 0))
      most.set(truth, { class: known.get(predicted)!, images });
  }
  return most;
};
