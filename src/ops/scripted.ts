// The ops that most networks do not use: a module of its own, which only models that use them load (`load-scripted.ts`).

import type { AnyOp } from '../ir/op.js';
import { bitwise } from './scripted/bitwise.js';
import { cumulate } from './scripted/cumulate.js';
import { deformWindows } from './scripted/deform-windows.js';
import { determinant } from './scripted/determinant.js';
import { gatherElements, gatherND } from './scripted/gather-elements.js';
import { gridSample } from './scripted/grid-sample.js';
import { inverse } from './scripted/inverse.js';
import { maxIndices, unpool } from './scripted/max-indices.js';
import { nonMaxSuppression } from './scripted/non-max-suppression.js';
import { recurrent } from './scripted/recurrent.js';
import { reverseSequence } from './scripted/reverse-sequence.js';
import { roiAlign } from './scripted/roi-align.js';
import { scatterElements, scatterND } from './scripted/scatter.js';
import { sumColumns } from './scripted/sum-columns.js';
import { topK } from './scripted/top-k.js';

/** The ops that run in TypeScript instead of a kernel. */
export const scriptedOps: readonly AnyOp[] = [
  topK,
  gatherElements,
  gatherND,
  scatterElements,
  scatterND,
  cumulate,
  recurrent,
  gridSample,
  maxIndices,
  unpool,
  sumColumns,
  roiAlign,
  reverseSequence,
  nonMaxSuppression,
  determinant,
  deformWindows,
  inverse,
  bitwise,
];
