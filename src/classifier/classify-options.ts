// Options of `classify` and its variants.

import type { Kinds } from '../arguments.js';
import { PHOTO_OPTIONS, type PhotoOptions } from '../image/photo-options.js';
import { RANK_OPTIONS, type RankOptions } from './rank.js';

/** Options of `classify` and its variants; all optional. Those of photos override the ones of `loadClassifier`. */
export type ClassifyOptions = RankOptions & PhotoOptions;

/** The kinds of `ClassifyOptions`. */
export const CLASSIFY_OPTIONS: Kinds<ClassifyOptions> = { ...RANK_OPTIONS, ...PHOTO_OPTIONS };
