// The ops that most networks do not use: a module of its own, which only models that use them load (`load-scripted.ts`).

import type { AnyOp } from '../ir/op.js';
import { cumulate } from './scripted/cumulate.js';
import { gatherElements, gatherND } from './scripted/gather-elements.js';
import { gridSample } from './scripted/grid-sample.js';
import { nonMaxSuppression } from './scripted/non-max-suppression.js';
import { scatterElements, scatterND } from './scripted/scatter.js';
import { topK } from './scripted/top-k.js';

/** The ops that run in TypeScript instead of a kernel. */
export const scriptedOps: readonly AnyOp[] = [
  topK,
  gatherElements,
  gatherND,
  scatterElements,
  scatterND,
  cumulate,
  gridSample,
  nonMaxSuppression,
];
