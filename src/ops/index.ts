// The ops of every download, by their codes in the model file. Those that most networks do not use are in `rare.ts`.

import type { AnyOp } from '../ir/op.js';
import { binary } from './binary.js';
import { clip } from './clip.js';
import { concat } from './concat.js';
import { conv } from './conv/conv.js';
import { matmul } from './matmul.js';
import { pad } from './pad.js';
import { pool } from './pool.js';
import { reduce } from './reduce.js';
import { reshape } from './reshape.js';
import { slice } from './slice.js';
import { softmax } from './softmax.js';
import { transpose } from './transpose.js';
import { unary } from './unary.js';

/** The ops that every download of groupwise has. */
export const ops: readonly AnyOp[] = [
  conv,
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
  reduce,
  softmax,
];

/** The op of each of their codes. */
export const opsByCode: ReadonlyMap<number, AnyOp> = new Map(ops.map((op) => [op.code, op]));
