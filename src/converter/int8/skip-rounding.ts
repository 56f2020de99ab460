// Values that were quantised, and only moved since, are not rounded again.
//
//   q -> dequantize -> slice -> quantize -> dequantize -> conv        q -> dequantize -> slice -> conv

import type { GraphEditor } from '../passes/editor.js';
import { Grids } from './moves.js';
import { asDequantize, asQuantize, type Target } from './targets.js';

/** Lets everything that reads such values as floats read them before they are quantised. */
export const skipRounding = (editor: GraphEditor): void => {
  const grids = new Grids(editor);
  for (const node of editor.each()) {
    const floats = asDequantize(node);
    const rounded = floats && asQuantize(editor.maker(floats.x));
    const grid = rounded && grids.of(rounded.x);
    if (grid && floats.attrs.scale === grid.scale && keeps(rounded.attrs, grid))
      editor.redirect(node.output, rounded.x);
    else grids.take(node);
  }
};

/** Whether quantising changes none of the numbers of a grid. */
const keeps = (target: Target, grid: Target): boolean =>
  target.scale === grid.scale && target.low <= grid.low && target.high >= grid.high;
