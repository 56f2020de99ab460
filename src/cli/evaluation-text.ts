// The result of an evaluation as text and as JSON.

import { escaped } from '../errors.js';
import type { EvaluationResult, Metrics } from '../eval/metrics.js';
import { mostFrequentMistakes } from '../report/confusion.js';
import { percent, plural } from '../report/text.js';
import { bar, jsonOf, shortenName, styled, table } from './output.js';

/** With more classes than this, only JSON and HTML contain the confusion matrix. */
const MAX_COLUMNS = 12;

/** Maximum number of mistakes shown. */
const MAX_SHOWN_MISTAKES = 5;

/** Width of a bar in characters. */
const BAR = 12;

/** JSON with each list of numbers on one line. */
export const evaluationJson = (value: unknown): string =>
  jsonOf(value).replace(/\[\s+(?:"(?:[^"\\]|\\.)*",\s+)?-?[\d.e+-]+(?:,\s+-?[\d.e+-]+)*\s+\]/g, (row) =>
    row.replace(/\n\s+/g, ' '),
  );

const classTable = (result: EvaluationResult): string => {
  const frequent = mostFrequentMistakes(result);
  return table(
    ['class', 'pictures\t', 'top-1\t', '', 'top-5\t', 'confidence\t', 'most frequent mistake'],
    result.classes
      .filter(({ images }) => images > 0)
      .map(({ index, label, images, top1, top5, confidence }) => {
        const most = frequent.get(index);
        return [
          shortenName(label),
          String(images),
          percent(top1),
          bar(top1!, BAR),
          percent(top5),
          percent(confidence),
          most ? `${shortenName(most.class.label)} (${most.images})` : '',
        ];
      }),
  );
};

const matrix = ({ classes, confusion }: Metrics): string => {
  const counts = new Map(confusion.map(([truth, predicted, images]) => [`${truth} ${predicted}`, images]));
  const rows = classes.map(({ index, label }) => [
    shortenName(label),
    ...classes.map((other) => String(counts.get(`${index} ${other.index}`) ?? '.')),
  ]);
  return table(['class \\ predicted', ...classes.map(({ label }) => `${label.slice(0, 8)}\t`)], rows);
};

const mistakesOf = ({ mistakes, classes }: EvaluationResult): string[] => {
  const labels = new Map(classes.map(({ index, label }) => [index, label]));
  return mistakes
    .slice(0, MAX_SHOWN_MISTAKES)
    .map(
      ({ image, truth, predicted, score }) =>
        `  ${escaped(image)}: ${shortenName(labels.get(truth)!)} predicted as ${shortenName(labels.get(predicted)!)}, ${percent(score)}`,
    );
};

/** A result as text. */
export const showEvaluation = (result: EvaluationResult): string => {
  const { model, set, split, images, top1, top5, confidence, classes, seconds, imagesPerSecond } = result;
  const spread =
    confidence.right !== null && confidence.wrong !== null
      ? `, ${percent(confidence.right)} if correct, ${percent(confidence.wrong)} if wrong`
      : '';
  const parts = [
    [
      styled('bold', `${model} on ${set}${split === undefined ? '' : `, ${split}`}: ${plural(images, 'picture')}`),
      `top-1       ${percent(top1)}`,
      `top-5       ${percent(top5)}`,
      `confidence  ${percent(confidence.all)}${spread}`,
      `speed       ${imagesPerSecond.toFixed(1)} images/s, ${seconds.toFixed(1)} s`,
    ].join('\n'),
    classTable(result),
    classes.length <= MAX_COLUMNS && matrix(result),
    result.mistakes.length > 0 && ['most confident mistakes', ...mistakesOf(result)].join('\n'),
  ];
  return parts.filter(Boolean).join('\n\n');
};
