// Tables in Markdown, and the part of a document that the matrix writes.

import { readFileSync, writeFileSync } from 'node:fs';

const [START, END] = ['<!-- matrix -->\n', '\n<!-- /matrix -->'];

/** A table. */
export const table = (titles: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [titles, titles.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`.replace(/ {2,}/g, ' '))
    .join('\n');

/** Replaces what a document has between the comments `matrix` and `/matrix`. */
export const replacePart = (document: string, part: string): void => {
  const text = readFileSync(document, 'utf8');
  writeFileSync(document, `${text.split(START)[0]!}${START}${part}${END}${text.split(END)[1]!}`);
};
