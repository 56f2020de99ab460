// The report on a network that was made of another one with photos: one HTML file that includes the pictures.

import type { Comparison, WorstPhoto } from '../calibration/comparison.js';
import type { Guess } from '../calibration/likeness.js';
import { card } from './card.js';
import { renderDocument } from './document.js';
import { GALLERY_STYLE } from './evaluation-style.js';
import { html, type Markup } from './html.js';
import { STYLE } from './style.js';
import { measuredOn, type Surroundings } from './surroundings.js';
import { percent, plural, sizeChange, speedChange } from './text.js';
import { inBytes, inMilliseconds } from './units.js';

/** What the page says of one way to make a network. */
export type Making = {
  /** What was made, such as `int8`. */
  title: string;
  /** What the photos for calibration were used for, such as `prune`. */
  purpose: string;
  cards: readonly Markup[];
  /** The table of layers, and what it shows. */
  layers: Markup;
  /** Names of the classes. */
  labels: readonly string[] | undefined;
};

const LINKS = [
  ['result', 'Result'],
  ['layers', 'Layers'],
  ['photos', 'Photos'],
] as const;

const COMPARISON_STYLE = `${GALLERY_STYLE}
.changes{grid-template-columns:repeat(auto-fill,minmax(19rem,1fr))}
.changes table{width:100%;font-size:.85rem;table-layout:fixed}
.changes td{white-space:normal;vertical-align:top;overflow-wrap:anywhere}
figure.change figcaption{max-width:none}
`;

/** The page of a network before and after. */
export const renderComparison = (comparison: Comparison, making: Making, around: Surroundings): string =>
  renderDocument(
    `${comparison.model}: ${making.title}`,
    LINKS,
    STYLE + COMPARISON_STYLE,
    html`${summary(comparison, making, around)}
<section id="layers"><h2>Layers</h2>${making.layers}</section>
<section id="photos"><h2>Photos that changed most</h2>${gallery(comparison, making)}</section>`,
  );

const summary = (comparison: Comparison, { title, purpose, cards }: Making, around: Surroundings): Markup => {
  const { model, folder, bytes, speed, likeness, photos, seconds } = comparison;
  const { agreement, scoreDifference, accuracy } = likeness;
  const { choosing, unreadable } = photos;
  return html`<header><h1>${model}: ${title}</h1><p>with photos of ${folder}</p></header>
<section id="result"><h2>Result</h2><dl class="cards">${[
    card('Size', inBytes(bytes.after), `${inBytes(bytes.before)} before: ${sizeChange(bytes)}`),
    card(
      'Time of a run',
      inMilliseconds(speed.times.after),
      `${inMilliseconds(speed.times.before)} before: ${speedChange(speed.measured)}, one thread`,
    ),
    card('Agreement', percent(agreement), 'of the photos keep their best class'),
    card('Scores', scoreDifference.toPrecision(2), 'is how much a score differs on average; scores are from 0 to 1'),
    accuracy
      ? card(
          'Accuracy',
          percent(accuracy.after),
          `${percent(accuracy.before)} before, on ${plural(accuracy.photos, 'photo')}`,
        )
      : card('Accuracy', 'unknown', 'the folders of the photos are not the classes of the model'),
    ...cards,
  ]}</dl>
<p class="quiet">${plural(photos.calibration, 'photo')} to ${purpose}${choosing !== undefined && `, ${choosing} to choose layers`}, ${photos.heldOut} others to judge${unreadable > 0 && `; ${unreadable} could not be read`}. It took ${seconds.toFixed(0)} s. ${measuredOn(around)}</p></section>
`;
};

const gallery = ({ worst }: Comparison, { labels }: Making): Markup =>
  worst.length
    ? html`<p>The photos held out with the largest change of a score, and their best classes before and after.</p><div class="gallery changes">${worst.map((photo) => figure(photo, labels))}</div>
`
    : html`<p>None: all scores are the same.</p>`;

const figure = ({ path, picture, difference, before, after }: WorstPhoto, labels: Making['labels']): Markup => {
  const name = ({ index, score }: Guess) => `${labels?.[index] ?? index} ${percent(score)}`;
  return html`<figure class="change">${picture && html`<img src="${picture}" alt="${path}" />`}<figcaption><span class="path">${path}</span> a score changed by ${difference.toFixed(3)}</figcaption>
<table><thead><tr><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>${before.map(
    (guess, i) => html`<tr><td>${name(guess)}</td><td>${name(after[i]!)}</td></tr>`,
  )}</tbody></table></figure>
`;
};
