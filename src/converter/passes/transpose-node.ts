// Nodes that transpose.

import type { Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import { compose } from '../../ops/shared/permutation.js';
import { transpose } from '../../ops/transpose.js';

/** `transpose(x, perm)`: axis i of the output is axis `perm[i]` of x. */
export const transposeNode = (name: string, x: Value, perm: readonly number[]): Node => ({
  name,
  op: transpose,
  attrs: { perm },
  inputs: [x],
  output: { name, type: x.type, shape: compose(x.shape, perm) },
});
