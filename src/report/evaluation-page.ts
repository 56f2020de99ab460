// The report of an evaluation: one HTML file that includes the pictures.

import type { ClassMetrics, EvaluationResult, Mistake } from '../eval/metrics.js';
import { card } from './card.js';
import { confusedPairs, confusionMatrix, mostFrequentMistakes } from './confusion.js';
import { renderDocument } from './document.js';
import { html, type Markup } from './html.js';
import { EVALUATION_STYLE } from './evaluation-style.js';
import { sortableTable, type Column } from './sortable-table.js';
import { STYLE } from './style.js';
import { measuredOn, type Surroundings } from './surroundings.js';
import { percent, plural } from './text.js';

const LINKS = [
  ['result', 'Result'],
  ['confusion', 'Confusion matrix'],
  ['mistakes', 'Worst mistakes'],
  ['classes', 'Classes'],
] as const;

/** Maximum number of failures that are listed. */
const MAX_FAILURES = 200;

/** The page of a result whose mistakes have thumbnails. */
export const renderEvaluation = (result: EvaluationResult, around: Surroundings): string =>
  renderDocument(
    `${result.model}: ${percent(result.top1)} of ${result.set}`,
    LINKS,
    STYLE + EVALUATION_STYLE,
    html`${summary(result, around)}
<section id="confusion"><h2>Confusion matrix</h2>${confusionMatrix(result)}${confusedPairs(result)}</section>
<section id="mistakes"><h2>Worst mistakes</h2>${gallery(result)}</section>
<section id="classes"><h2>Classes</h2>${classTable(result)}</section>${result.failures.length > 0 && failures(result)}`,
  );

const summary = (result: EvaluationResult, around: Surroundings): Markup => {
  const {
    model,
    set,
    split,
    images,
    top1,
    top5,
    confidence,
    classes,
    failures: unread,
    seconds,
    imagesPerSecond,
  } = result;
  const inSet = classes.filter(({ folder }) => folder !== undefined).length;
  return html`<header><h1>${model}</h1><p>on ${set}${split !== undefined && `, ${split}`}</p></header>
<section id="result"><h2>Result</h2><dl class="cards">${[
    card('Top-1', percent(top1), 'of the predictions are correct'),
    card('Top-5', percent(top5), 'have the correct class among the best five'),
    card(
      'Pictures',
      String(images),
      `of ${inSet} ${inSet === 1 ? 'class' : 'classes'}${unread.length ? `; ${unread.length} more cannot be classified` : ''}`,
    ),
    card(
      'Mean confidence',
      percent(confidence.all),
      [
        confidence.right !== null && `${percent(confidence.right)} if correct`,
        confidence.wrong !== null && `${percent(confidence.wrong)} if wrong`,
      ]
        .filter(Boolean)
        .join(', '),
    ),
    card('Speed', `${imagesPerSecond.toFixed(1)} images/s`, `${seconds.toFixed(1)} s, reading and decoding included`),
  ]}</dl>
<p class="quiet">${measuredOn(around)} Ties go to the lower class index. Confidence is the score of the best class.</p></section>
`;
};

const gallery = (result: EvaluationResult): Markup => {
  const labels = new Map(result.classes.map(({ index, label }) => [index, label]));
  if (!result.mistakes.length) return html`<p>None: every prediction is correct.</p>`;
  return html`<p>The wrong predictions with the highest scores.</p><div class="gallery">${result.mistakes.map((mistake) => figure(mistake, labels))}</div>
`;
};

const figure = (
  { image, truth, predicted, score, trueScore, picture }: Mistake,
  labels: ReadonlyMap<number, string>,
): Markup => {
  const name = labels.get(truth)!;
  return html`<figure>${picture && html`<img src="${picture}" alt="${name}, predicted as ${labels.get(predicted)}" />`}<figcaption><strong>${name}</strong> predicted as <strong>${labels.get(predicted)}</strong>, ${percent(score)} (correct class: ${percent(trueScore)}) <span class="path">${image}</span></figcaption></figure>
`;
};

const classTable = (result: EvaluationResult): Markup =>
  sortableTable({
    name: 'classes',
    label: 'Table of all classes',
    caption: 'Shares of the pictures of each class. Classes without pictures were only predicted.',
    className: 'figures',
    columns: classColumns(result),
    rows: result.classes,
  });

const classColumns = (result: EvaluationResult): Column<ClassMetrics>[] => {
  const frequent = mostFrequentMistakes(result);
  const alias = ({ label, folder }: ClassMetrics) =>
    folder !== undefined && folder !== label && html` <span class="quiet">${folder}</span>`;
  const bar = (share: number) => html`<i class="bar f-groups" style="width:${(share * 7).toFixed(2)}rem"></i>`;
  return [
    { title: '#', kind: 'number', cell: ({ index }) => index },
    { title: 'Class', kind: 'row', cell: (own) => [own.label, alias(own)], key: ({ label }) => label },
    { title: 'Pictures', kind: 'number', cell: ({ images }) => images, key: ({ images }) => images },
    {
      title: 'Top-1',
      kind: 'track',
      cell: ({ top1 }) => [html`<span>${percent(top1)}</span>`, top1 !== null && bar(top1)],
      key: ({ top1 }) => top1 ?? undefined,
    },
    { title: 'Top-5', kind: 'number', cell: ({ top5 }) => percent(top5), key: ({ top5 }) => top5 ?? undefined },
    {
      title: 'Confidence',
      kind: 'number',
      cell: ({ confidence }) => percent(confidence),
      key: ({ confidence }) => confidence ?? undefined,
    },
    {
      title: 'Most frequent mistake',
      cell: ({ index }) => {
        const most = frequent.get(index);
        return most && `${most.class.label} (${most.images})`;
      },
      key: ({ index }) => frequent.get(index)?.images,
    },
  ];
};

const failures = ({ failures: all }: EvaluationResult): Markup => html`<section id="failures"><h2>Not classified</h2>
<p>${plural(all.length, 'picture')} could not be classified and ${all.length === 1 ? 'is' : 'are'} not counted above.</p>
<ul>${all.slice(0, MAX_FAILURES).map(({ image, reason }) => html`<li><span class="path">${image}</span>: ${reason}</li>`)}</ul>${
  all.length > MAX_FAILURES && html`<p class="quiet">${all.length - MAX_FAILURES} more.</p>`
}</section>
`;
