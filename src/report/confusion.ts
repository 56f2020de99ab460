// The confusion matrix: rows are what pictures are, columns what they were taken for.

import type { EvaluatedClass, Evaluation } from '../eval/evaluation.js';
import { html, type Markup } from './html.js';
import { plural } from './numbers.js';

/** With more classes than this, the matrix is a picture without numbers. */
const MOST_NUMBERS = 24;

/** Shades of a picture; a field has the shade of the square root of its share in its row. */
const SHADES = 6;

/** Narrowest and widest picture on the screen. */
const NARROWEST = 320,
  WIDEST = 640;

type Cell = { row: number; column: number; images: number; share: number };

const cellsOf = ({ classes, confusion }: Evaluation): Cell[] => {
  const places = new Map(classes.map(({ index }, place) => [index, place]));
  return confusion.map(([truth, predicted, images]) => {
    const row = places.get(truth)!;
    return { row, column: places.get(predicted)!, images, share: images / classes[row]!.images };
  });
};

/** The matrix, with numbers where there are few classes. */
export const confusionMatrix = (evaluation: Evaluation): Markup =>
  evaluation.classes.length > MOST_NUMBERS ? picture(evaluation) : numbers(evaluation);

const numbers = (evaluation: Evaluation): Markup => {
  const { classes } = evaluation;
  const rows = classes.map(() => new Map<number, Cell>());
  for (const cell of cellsOf(evaluation)) rows[cell.row]!.set(cell.column, cell);
  const field = (row: number, column: number) => {
    const { images, share } = rows[row]!.get(column) ?? { images: 0, share: 0 };
    if (!images) return html`<td></td>`;
    return html`<td class="${row === column ? 'right' : 'wrong'}" style="--shade:${Math.round(Math.sqrt(share) * 60)}%">${images}</td>`;
  };
  return html`<div class="scroll" role="region" aria-label="Confusion matrix" tabindex="0"><table class="confusion"><caption>Rows: the class of the pictures. Columns: the class that they were taken for.</caption>
<thead><tr><td></td>${classes.map(({ label }) => html`<th scope="col"><span>${label}</span></th>`)}</tr></thead>
<tbody>${classes.map(
    ({ label }, row) => html`<tr><th scope="row">${label}</th>${classes.map((_, column) => field(row, column))}</tr>
`,
  )}</tbody></table></div>
`;
};

const picture = (evaluation: Evaluation): Markup => {
  const size = evaluation.classes.length;
  const paths = { right: new Array<string>(SHADES).fill(''), wrong: new Array<string>(SHADES).fill('') };
  for (const { row, column, share } of cellsOf(evaluation)) {
    paths[row === column ? 'right' : 'wrong'][Math.ceil(Math.sqrt(share) * SHADES) - 1] += `M${column} ${row}h1v1h-1z`;
  }
  const shades = (kind: keyof typeof paths) =>
    paths[kind].map(
      (path, i) => path && html`<path class="${kind}" opacity="${((i + 1) / SHADES).toFixed(2)}" d="${path}" />`,
    );
  const width = Math.min(WIDEST, Math.max(NARROWEST, size * 4));
  const title = `Confusion matrix of ${size} classes`;
  return html`<figure><svg class="matrix confusion" role="img" viewBox="0 0 ${size} ${size}" style="width:${width}px;aspect-ratio:1"><title>${title}</title>${shades('wrong')}${shades('right')}</svg>
<figcaption>Rows: the class of the pictures, in the order of the model. Columns: the class that they were taken for. On the diagonal they are right.</figcaption></figure>
`;
};

/** How many pairs of classes are listed. */
const MOST_PAIRS = 12;

/** The pairs of classes that are confused most often. */
export const confusedPairs = (evaluation: Evaluation): Markup => {
  const { classes } = evaluation;
  const wrong = cellsOf(evaluation).filter(({ row, column }) => row !== column);
  const most = wrong.sort((a, b) => b.images - a.images || a.row - b.row || a.column - b.column).slice(0, MOST_PAIRS);
  if (!most.length) return html`<p>No picture was taken for another class.</p>`;
  return html`<div class="scroll" role="region" aria-label="Most frequent confusions" tabindex="0"><table class="figures"><caption>Most frequent confusions</caption>
<thead><tr><th scope="col">Class</th><th scope="col">Taken for</th><th scope="col">Pictures</th><th scope="col">Of the class</th></tr></thead>
<tbody>${most.map(
    ({
      row,
      column,
      images,
      share,
    }) => html`<tr><th scope="row">${classes[row]!.label}</th><td>${classes[column]!.label}</td><td>${images}</td><td>${percent(share)}</td></tr>
`,
  )}</tbody></table></div>${wrong.length > most.length && html`<p class="quiet">${plural(wrong.length - most.length, 'pair')} more.</p>`}
`;
};

/** The classes that the pictures of each class are most often taken for, by the index of the class. */
export const favouriteMistakes = ({
  confusion,
  classes,
}: Evaluation): Map<number, { class: EvaluatedClass; images: number }> => {
  const known = new Map(classes.map((one) => [one.index, one]));
  const most = new Map<number, { class: EvaluatedClass; images: number }>();
  for (const [truth, predicted, images] of confusion) {
    if (truth !== predicted && images > (most.get(truth)?.images ?? 0))
      most.set(truth, { class: known.get(predicted)!, images });
  }
  return most;
};

/** A share in percent; nothing where there is none. */
export const percent = (share: number | null): string => (share === null ? '' : `${(share * 100).toFixed(2)} %`);
