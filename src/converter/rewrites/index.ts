// The rewrites of all ops.

import type { AnyOp } from '../../ir/op.js';
import {
  argmaxRewrites,
  concatRewrites,
  expandRewrites,
  gatherRewrites,
  normalizeRewrites,
  padRewrites,
  poolRewrites,
  reduceRewrites,
  resizeRewrites,
  sliceRewrites,
  softmaxRewrites,
  tileRewrites,
  transposeRewrites,
} from './axes.js';
import {
  binaryRewrites,
  castRewrites,
  clipRewrites,
  dequantizeRewrites,
  quantizeRewrites,
  unaryRewrites,
  whereRewrites,
} from './elementwise.js';
import { convRewrites, convTransposeRewrites, gatedConvRewrites, matmulRewrites } from './products.js';
import { reshapeRewrites } from './reshape.js';
import type { Rewrites } from './rewrites.js';

const rewrites: ReadonlyMap<AnyOp, Rewrites> = new Map([
  argmaxRewrites,
  binaryRewrites,
  castRewrites,
  clipRewrites,
  concatRewrites,
  convRewrites,
  convTransposeRewrites,
  dequantizeRewrites,
  expandRewrites,
  gatedConvRewrites,
  gatherRewrites,
  matmulRewrites,
  normalizeRewrites,
  padRewrites,
  poolRewrites,
  quantizeRewrites,
  reduceRewrites,
  reshapeRewrites,
  resizeRewrites,
  sliceRewrites,
  softmaxRewrites,
  tileRewrites,
  transposeRewrites,
  unaryRewrites,
  whereRewrites,
]);

const NONE: Rewrites = {};

/** What passes may do to the nodes of an op; nothing, unless it is declared here. */
export const rewritesOf = (op: AnyOp): Rewrites => rewrites.get(op) ?? NONE;
