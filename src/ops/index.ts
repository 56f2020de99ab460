// The ops of every download, by their codes in the model file. Those that most networks do not use are in `scripted.ts`.

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
import { slice } from './slice.js';
import { softmax } from './softmax.js';
import { tile } from './tile.js';
import { transpose } from './transpose.js';
import { unary } from './unary.js';
import { where } from './where.js';

/** The ops that every download of groupwise has. */
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
];

/** The op of each of their codes. */
export const opsByCode: ReadonlyMap<number, AnyOp> = new Map(ops.map((op) => [op.code, op]));
