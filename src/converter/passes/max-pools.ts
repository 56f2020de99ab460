// A maximum is the same before and after a function that does not decrease: max(f(x)) = f(max(x)).

import { asOp, firstInput, type Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import { pool } from '../../ops/pool.js';
import type { GraphEditor } from './editor.js';

/**
 * Whether a node is a max pool whose windows all have a pixel: with dilations, all that a window reads can be padding, whose
 * maximum is -Infinity whatever the function makes of it.
 */
const isMaxPool = (node: Node | undefined): node is Node => {
  const attrs = asOp(node, pool)?.attrs;
  return attrs?.kind === 'max' && attrs.dilations.every((dilation) => dilation === 1);
};

/** What max pools make of a value that nothing else reads; the value itself if there are none. */
export const afterMaxPools = (x: Value, editor: GraphEditor): Value => {
  const reader = editor.soleReader(x);
  return isMaxPool(reader) ? afterMaxPools(reader.output, editor) : x;
};

/** The value that max pools reduce to `x`, if nothing else reads it; `x` itself if there are none. */
export const beforeMaxPools = (x: Value, editor: GraphEditor): Value => {
  const maker = editor.maker(x);
  return isMaxPool(maker) && editor.soleReader(firstInput(maker)) ? beforeMaxPools(firstInput(maker), editor) : x;
};
