// Models of one operator each, whose results LiteRT has computed (test/fixtures/litert.json, written by `record.ts`).

import type { TfliteCase } from './case.js';
import { ELEMENT_CASES } from './element-cases.js';
import { INDEX_CASES } from './index-cases.js';
import { LAYER_CASES } from './layer-cases.js';
import { MOVE_CASES } from './move-cases.js';
import { OTHER_CASES } from './other-cases.js';
import { QUANTISED_CASES } from './quantised-cases.js';

/** All cases. */
export const TFLITE_CASES: readonly TfliteCase[] = [
  ...LAYER_CASES,
  ...ELEMENT_CASES,
  ...MOVE_CASES,
  ...INDEX_CASES,
  ...OTHER_CASES,
  ...QUANTISED_CASES,
];
