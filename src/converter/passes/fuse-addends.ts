// A sum of a layer's output and another value becomes part of the layer.
//
//   x -> conv --> add -> y        x -> conv -> y
//            r -'                  r -'

import type { Node } from '../../ir/graph.js';
import { sameShape } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';
import { binary } from '../../ops/binary.js';
import type { GraphEditor } from './editor.js';
import { rewritesOf } from '../rewrites/index.js';

/** Fuses each sum into the later of its two makers that takes an addend. */
export const fuseAddends = (editor: GraphEditor): void => {
  for (const sum of editor.each()) {
    if (!isSum(sum)) continue;
    const layers = sum.inputs.map((value) => layerOf(value, editor)).filter((layer) => layer !== undefined);
    const layer = layers.length > 1 && editor.isAfter(layers[1]!, layers[0]!) ? layers[1] : layers[0];
    if (!layer) continue;
    const addend = sum.inputs.find((input) => input !== layer.output)!;
    const inputs = rewritesOf(layer.op).add!(layer.inputs, layer.attrs, addend)!;
    editor.replace(sum, { ...layer, inputs: [...inputs], output: sum.output });
  }
};

const isSum = ({ op, attrs, inputs: [a, b], output }: Node): boolean =>
  op === binary &&
  attrs.kind === 'add' &&
  a !== b &&
  sameShape(a!.shape, b!.shape) &&
  sameShape(a!.shape, output.shape);

/** The layer that makes a value, if it takes an addend and only the sum reads the value. */
const layerOf = (value: Value, editor: GraphEditor): Node | undefined => {
  const maker = editor.maker(value);
  const sum = maker && rewritesOf(maker.op).add?.(maker.inputs, maker.attrs, value);
  const isUnbounded = maker?.attrs.low === -Infinity && maker.attrs.high === Infinity;
  return sum && isUnbounded && editor.soleReader(value) ? maker : undefined;
};
