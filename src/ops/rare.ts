// The ops that most networks do not use: a module of its own, which only models that use them load (`load-rare.ts`).

import type { AnyOp } from '../ir/op.js';
import { gatedConv } from './gated/gated-conv.js';
import { convInt8 } from './int8/conv-int8.js';
import { addInt8, mapInt8, mulInt8 } from './int8/elementwise.js';
import { maxInt8, meanInt8 } from './int8/pool-int8.js';
import { dequantize, quantize } from './int8/quantize.js';
import { argmax } from './rare/argmax.js';
import { cast } from './rare/cast.js';
import { convTranspose } from './rare/conv-transpose.js';
import { expand } from './rare/expand.js';
import { gather } from './rare/gather.js';
import { lrn } from './rare/lrn.js';
import { normalize } from './rare/normalize.js';
import { resize } from './rare/resize.js';
import { tile } from './rare/tile.js';
import { where } from './rare/where.js';
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

/** The ops that not every download has. */
export const rareOps: readonly AnyOp[] = [
  argmax,
  cast,
  convTranspose,
  expand,
  gatedConv,
  gather,
  lrn,
  normalize,
  resize,
  tile,
  where,
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
  quantize,
  dequantize,
  convInt8,
  addInt8,
  mulInt8,
  mapInt8,
  meanInt8,
  maxInt8,
];
