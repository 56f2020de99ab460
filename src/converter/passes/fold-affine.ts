// Sums and products with one constant for each channel go into the weights of the layer before them.
//
//   x -> conv (w, b) -> mul s -> add t -> y        x -> conv (s w, s b + t) -> y
//
// So does a hard sigmoid, which is such a sum between bounds. Between the layer and its reader there may be max pools, if no
// factor is negative.

import type { Node } from '../../ir/graph.js';
import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { binary } from '../../ops/binary.js';
import { unary } from '../../ops/unary.js';
import type { GraphEditor } from './editor.js';
import { afterMaxPools } from './max-pools.js';
import { rewritesOf } from '../rewrites/index.js';

/** What becomes of each channel c: `scale[c] * x + shift[c]`, perhaps between bounds. */
type Affine = { scale: Float32Array; shift: Float32Array; bounds?: { low: number; high: number } };

/** Folds batch normalisation and the like, and chains of them, into convolutions and products. */
export const foldAffine = (editor: GraphEditor): void => {
  for (const node of editor.each()) while (foldReader(node, editor));
};

/** Folds the node that reads a layer's output into the layer; false if it cannot be folded. */
const foldReader = (layer: Node, editor: GraphEditor): boolean => {
  const { op, attrs, inputs, output } = layer;
  const { scale, hasBounds } = rewritesOf(op);
  if (!scale || !isUnbounded(layer)) return false;
  const pooled = afterMaxPools(output, editor);
  const reader = editor.soleReader(pooled);
  const affine = reader && (affineOf(reader, pooled) ?? (hasBounds ? boundedOf(reader) : undefined));
  if (!affine || (pooled !== output && !affine.scale.every((factor) => factor >= 0))) return false;
  const folded = scale(inputs, attrs, affine.scale, affine.shift);
  if (!folded) return false;
  editor.change(layer, { attrs: { ...attrs, ...affine.bounds }, inputs: [...folded] });
  editor.redirect(reader.output, pooled);
  return true;
};

const isUnbounded = ({ op, attrs }: Node): boolean =>
  !rewritesOf(op).hasBounds || (attrs.low === -Infinity && attrs.high === Infinity);

/** What a node does to each channel of `x`, if that is all it does. */
const affineOf = ({ op, attrs, inputs, output }: Node, x: Value): Affine | undefined => {
  if (op !== binary || inputs.length !== 2 || output.shape.length !== x.shape.length) return undefined;
  const constant = inputs[0] === x ? inputs[1]! : inputs[0]!;
  const channels = channelsOf(x);
  const { data } = constant;
  if (!(data instanceof Float32Array) || !isPerChannel(constant, channels)) return undefined;
  const terms = termsOf(attrs.kind as string, inputs[0] === x);
  if (!terms) return undefined;
  const perChannel = (of: (value: number) => number) =>
    Float32Array.from({ length: channels }, (_, channel) => of(data[data.length === 1 ? 0 : channel]!));
  return { scale: perChannel(terms.scale), shift: perChannel(terms.shift) };
};

/** What a hard sigmoid does to each channel. */
const boundedOf = ({ op, attrs, output }: Node): Affine | undefined => {
  if (op !== unary || attrs.kind !== 'hardSigmoid') return undefined;
  const perChannel = (number: unknown) => new Float32Array(channelsOf(output)).fill(number as number);
  return { scale: perChannel(attrs.alpha), shift: perChannel(attrs.beta), bounds: { low: 0, high: 1 } };
};

const isPerChannel = ({ shape }: Value, channels: number): boolean =>
  sizeOf(shape) === 1 || (sizeOf(shape) === channels && shape.at(-1) === channels);

type Terms = { scale: (value: number) => number; shift: (value: number) => number };

const [zero, one] = [() => 0, () => 1];
const same = (value: number): number => value;
const negative = (value: number): number => -value;
const reciprocal = (value: number): number => 1 / value;

/** Scale and shift of `x (kind) value`, or of `value (kind) x` unless x is first. */
const termsOf = (kind: string, isFirst: boolean): Terms | undefined => {
  switch (kind) {
    case 'add':
      return { scale: one, shift: same };
    case 'mul':
      return { scale: same, shift: zero };
    case 'sub':
      return isFirst ? { scale: one, shift: negative } : { scale: () => -1, shift: same };
    case 'div':
      return isFirst ? { scale: reciprocal, shift: zero } : undefined;
    default:
      return undefined;
  }
};
