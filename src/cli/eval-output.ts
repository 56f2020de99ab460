// An evaluation as text and as JSON.

import type { Evaluation } from '../eval/evaluation.js';
import type { Result } from '../eval/shard.js';
import { favouriteMistakes, percent } from '../report/confusion.js';
import { bar, shorten, styled, table } from './output.js';

/** With more classes than this, the confusion matrix is left to JSON and HTML. */
const MOST_COLUMNS = 12;

/** How many of the worst mistakes are shown. */
const MOST_MISTAKES = 5;

const BAR = 12;

/** Lists of numbers take a line each. */
export const evaluationJson = (value: unknown): string =>
  JSON.stringify(value, undefined, 2).replace(
    /\[\s+(?:"(?:[^"\\]|\\.)*",\s+)?-?[\d.e+-]+(?:,\s+-?[\d.e+-]+)*\s+\]/g,
    (row) => row.replace(/\n\s+/g, ' '),
  );

const classTable = (result: Result): string => {
  const favourites = favouriteMistakes(result);
  return table(
    ['class', 'pictures\t', 'top-1\t', '', 'top-5\t', 'confidence\t', 'most often taken for'],
    result.classes
      .filter(({ images }) => images > 0)
      .map(({ index, label, images, top1, top5, confidence }) => {
        const most = favourites.get(index);
        return [
          shorten(label),
          String(images),
          percent(top1),
          bar(top1!, BAR),
          percent(top5),
          percent(confidence),
          most ? `${shorten(most.class.label)} (${most.images})` : '',
        ];
      }),
  );
};

const matrix = ({ classes, confusion }: Evaluation): string => {
  const counts = new Map(confusion.map(([truth, predicted, images]) => [`${truth} ${predicted}`, images]));
  const rows = classes.map(({ index, label }) => [
    shorten(label),
    ...classes.map((other) => String(counts.get(`${index} ${other.index}`) ?? '.')),
  ]);
  return table(['class \\ taken for', ...classes.map(({ label }) => `${label.slice(0, 8)}\t`)], rows);
};

const mistakesOf = ({ mistakes, classes }: Result): string[] => {
  const labels = new Map(classes.map(({ index, label }) => [index, label]));
  return mistakes
    .slice(0, MOST_MISTAKES)
    .map(
      ({ image, truth, predicted, score }) =>
        `  ${image}: ${labels.get(truth)} taken for ${labels.get(predicted)}, ${percent(score)}`,
    );
};

/** The text of a result. */
export const showEvaluation = (result: Result): string => {
  const { model, set, split, images, top1, top5, confidence, classes, seconds, imagesPerSecond } = result;
  const spread =
    confidence.right !== null && confidence.wrong !== null
      ? `, ${percent(confidence.right)} where right, ${percent(confidence.wrong)} where wrong`
      : '';
  const parts = [
    [
      styled('bold', `${model} on ${set}${split === undefined ? '' : `, ${split}`}: ${images} pictures`),
      `top-1       ${percent(top1)}`,
      `top-5       ${percent(top5)}`,
      `confidence  ${percent(confidence.all)}${spread}`,
      `speed       ${imagesPerSecond.toFixed(1)} images/s, ${seconds.toFixed(1)} s`,
    ].join('\n'),
    classTable(result),
    classes.length <= MOST_COLUMNS && matrix(result),
    result.mistakes.length > 0 && ['surest mistakes', ...mistakesOf(result)].join('\n'),
  ];
  return parts.filter(Boolean).join('\n\n');
};
