// Bounds on a value become bounds of the op that makes it.
//
//   x -> conv -> clip [0, 6] -> y        x -> conv [0, 6] -> y
//
// Between the op and the clip there may be max pools.

import { firstInput } from '../../ir/graph.js';
import { clip } from '../../ops/clip.js';
import type { GraphEditor } from './editor.js';
import { beforeMaxPools } from './max-pools.js';
import { rewritesOf } from '../rewrites/index.js';

type Bounds = { low: number; high: number };

/** Gives the bounds of each clip to the op before it, if that op has bounds and nothing else reads its output. */
export const fuseClips = (editor: GraphEditor): void => {
  for (const node of editor.each()) {
    if (node.op !== clip) continue;
    const x = firstInput(node);
    if (!editor.soleReader(x)) continue;
    const maker = editor.maker(beforeMaxPools(x, editor));
    if (!maker || !rewritesOf(maker.op).hasBounds) continue;
    const bounds = intersection(maker.attrs as Bounds, node.attrs as Bounds);
    if (!bounds) continue;
    editor.change(maker, { attrs: { ...maker.attrs, ...bounds } });
    editor.redirect(node.output, x);
  }
};

/** The bounds that two clips leave together; undefined if no number is within both. */
const intersection = (a: Bounds, b: Bounds): Bounds | undefined => {
  const bounds = { low: Math.max(a.low, b.low), high: Math.min(a.high, b.high) };
  return bounds.low <= bounds.high ? bounds : undefined;
};
