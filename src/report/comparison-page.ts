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
import { bytesAlike, timesAlike } from './units.js';

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
.warnings{list-style:none;margin:1rem 0;padding:0;max-width:46rem}
.warnings li{margin:.5rem 0;padding:.5rem .8rem;background:var(--card);border-left:.3rem solid #e9a23b;overflow-wrap:anywhere}
.reasons{padding-left:1.2rem;max-width:46rem;overflow-wrap:anywhere}
.changes{grid-template-columns:repeat(auto-fill,minmax(min(19rem,100%),1fr))}
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
  const [size, time] = [bytesAlike(bytes), timesAlike(speed.times)];
  return html`<header><h1>${model}: ${title}</h1><p>with photos of ${folder}</p></header>
<section id="result"><h2>Result</h2>${warningList(comparison)}<dl class="cards">${[
    card('Size', size.after, `${size.before} before: ${sizeChange(bytes)}`),
    card('Time of a run', time.after, `${time.before} before: ${speedChange(speed.measured)}, one thread`),
    card('Agreement', percent(agreement), 'of the photos keep their best class'),
    card('Scores', `${points(scoreDifference)}`, 'is how much a score differs on average; scores are from 0 to 100 %'),
    accuracy
      ? card(
          'Accuracy',
          percent(accuracy.after),
          `${percent(accuracy.before)} before, on ${plural(accuracy.photos, 'photo')}`,
        )
      : card('Accuracy', 'unknown', 'the folders of the photos are not the classes of the model'),
    ...cards,
  ]}</dl>
<p class="quiet">${plural(photos.calibration, 'photo')} to ${purpose}${choosing !== undefined && `, ${choosing} to choose layers`}, ${photos.heldOut} others to judge${unreadable > 0 && `; ${unreadable} could not be read`}. It took ${seconds.toFixed(0)} s. ${measuredOn(around)}</p>${unread(comparison)}</section>
`;
};

const warningList = ({ warnings }: Comparison): Markup | false =>
  warnings.length > 0 &&
  html`<ul class="warnings" aria-label="Warnings">${warnings.map((warning) => html`<li><strong>Warning:</strong> ${warning}</li>`)}</ul>`;

/** Photos that could not be read, which the page lists at most. */
const MAX_UNREAD = 20;

const unread = ({ unreadable }: Comparison): Markup | false =>
  unreadable.length > 0 &&
  html`<details><summary>${plural(unreadable.length, 'photo')} could not be read</summary><ul>${unreadable
    .slice(0, MAX_UNREAD)
    .map(({ path, reason }) => html`<li><span class="path">${path}</span>: ${reason}</li>`)}${
    unreadable.length > MAX_UNREAD && html`<li>and ${unreadable.length - MAX_UNREAD} more</li>`
  }</ul></details>`;

/** A difference of scores, in percentage points. */
const points = (difference: number): string => `${(difference * 100).toFixed(2)} points`;

const gallery = ({ worst }: Comparison, { labels }: Making): Markup =>
  worst.length
    ? html`<p>The photos held out with the largest change of a score, and their best classes before and after.</p><div class="gallery changes">${worst.map((photo) => figure(photo, labels))}</div>
`
    : html`<p>None: all scores are the same.</p>`;

const figure = ({ path, picture, difference, before, after }: WorstPhoto, labels: Making['labels']): Markup => {
  const name = ({ index, score }: Guess) => `${labels?.[index] ?? index} ${percent(score)}`;
  return html`<figure class="change">${picture && html`<img src="${picture}" alt="${path}" />`}<figcaption><span class="path">${path}</span> a score changed by ${points(difference)}</figcaption>
<table><thead><tr><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>${before.map(
    (guess, i) => html`<tr><td>${name(guess)}</td><td>${name(after[i]!)}</td></tr>`,
  )}</tbody></table></figure>
`;
};
