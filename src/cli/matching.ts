// How folders of pictures are matched with the classes of a model: the option `--classes`.

import { parseClasses } from '../eval/class-file.js';
import type { Matching } from '../eval/classes.js';
import { parseJson, readText, withChoices } from './files.js';

/** How `--classes` maps folders to classes. */
export const readMatching = async (classes: string | undefined): Promise<Matching> => {
  if (classes === undefined) return 'labels';
  if (classes === 'sorted') return 'sorted';
  const text = await withChoices(() => readText(classes), '--classes takes sorted or a file');
  return parseClasses(text, (json) => parseJson(json, classes));
};
