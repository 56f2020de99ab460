// Prints the results of photos one by one: as text, as a JSON array, or as lines of JSON.

import { basename } from 'node:path';
import type { Classification } from '../node.js';
import { inMilliseconds } from '../report/units.js';
import { nameOf } from './files.js';
import { bar, columnOf, jsonOf, noteError, print, shortenText, styled } from './output.js';

/** The best classes of a photo. */
export type Classified = { image: string; milliseconds: number; results: Classification[] };

/** A photo that cannot be classified, and the reason. */
export type Failed = { image: string; reason: string; error: Error };

/** Prints results. */
export type ResultWriter = {
  /** Prints the result of the next photo. */
  write: (one: Classified | Failed) => void;
  /** Prints what follows the last result. */
  end: () => void;
};

/** Width of a score's bar in characters. */
const BAR = 24;

const asText = ({ image, milliseconds, results }: Classified, threshold: number | undefined): string => {
  const labels = results.map(({ label }) => shortenText(label));
  const width = columnOf(labels);
  const lines = results.map(({ index, score }, i) => {
    const percent = `${(score * 100).toFixed(2)} %`.padStart(8);
    return `  ${percent}  ${styled('cyan', bar(score, BAR))}  ${labels[i]!.padEnd(width)}  ${styled('dim', String(index))}`;
  });
  if (!lines.length) lines.push(`  (no score reaches ${threshold})`);
  return [`${styled('bold', image)}  ${inMilliseconds(milliseconds)}`, ...lines].join('\n');
};

/** What JSON says of a photo. */
const asJson = (one: Classified | Failed): object =>
  'results' in one ? one : { image: one.image, reason: one.reason };

const textWriter = (threshold: number | undefined): ResultWriter => ({
  write: (one) => 'results' in one && print(asText(one, threshold)),
  end: () => {},
});

const linesWriter: ResultWriter = { write: (one) => print(jsonOf(asJson(one), 0)), end: () => {} };

/** Prints an array as `JSON.stringify` would, element by element. */
const arrayWriter = (): ResultWriter => {
  let before = '[\n';
  return {
    write: (one) => {
      process.stdout.write(before + jsonOf(asJson(one)).replace(/^/gm, '  '));
      before = ',\n';
    },
    end: () => print(before === ',\n' ? '\n]' : '[]'),
  };
};

/** The writer that the options ask for. */
export const resultWriter = (options: { json?: boolean; ndjson?: boolean; threshold?: number }): ResultWriter => {
  if (options.ndjson) return linesWriter;
  return options.json ? arrayWriter() : textWriter(options.threshold);
};

/** Prints why a photo cannot be classified, to standard error. */
export const complainOfPhoto = ({ image, reason, error }: Failed, debug: boolean | undefined): void => {
  if (!reason.includes(basename(image)) && !reason.includes(nameOf(image)))
    error.message = `${nameOf(image)}: ${reason}`;
  noteError(error, debug);
};
