// All ops, by their codes in the model file.

import type { AnyOp } from '../ir/op.js';
import { argmax } from './argmax.js';
import { binary } from './binary.js';
import { cast } from './cast.js';
import { clip } from './clip.js';
import { concat } from './concat.js';
import { convTranspose } from './conv/conv-transpose.js';
import { conv } from './conv/conv.js';
import { expand } from './expand.js';
import { gatedConv } from './conv/gated-conv.js';
import { gather } from './gather.js';
import { lrn } from './lrn.js';
import { matmul } from './matmul.js';
import { normalize } from './normalize.js';
import { pad } from './pad.js';
import { pool } from './pool.js';
import { reduce } from './reduce.js';
import { reshape } from './reshape.js';
import { resize } from './resize.js';
import { cumulate } from './scripted/cumulate.js';
import { gatherElements, gatherND } from './scripted/gather-elements.js';
import { gridSample } from './scripted/grid-sample.js';
import { nonMaxSuppression } from './scripted/non-max-suppression.js';
import { scatterElements, scatterND } from './scripted/scatter.js';
import { topK } from './scripted/top-k.js';
import { slice } from './slice.js';
import { softmax } from './softmax.js';
import { tile } from './tile.js';
import { transpose } from './transpose.js';
import { unary } from './unary.js';
import { where } from './where.js';

/** Every op of the model file. */
export const ops: readonly AnyOp[] = [
  conv,
  convTranspose,
  matmul,
  pool,
  clip,
  unary,
  binary,
  reshape,
  transpose,
  slice,
  concat,
  pad,
  gather,
  expand,
  tile,
  reduce,
  argmax,
  softmax,
  normalize,
  lrn,
  resize,
  where,
  cast,
  gatedConv,
  topK,
  gatherElements,
  gatherND,
  scatterElements,
  scatterND,
  cumulate,
  gridSample,
  nonMaxSuppression,
];

/** The op of each code. */
export const opsByCode: ReadonlyMap<number, AnyOp> = new Map(ops.map((op) => [op.code, op]));
