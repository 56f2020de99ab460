// A product with a constant matrix that only adds outputs of a convolution up becomes part of the convolution.
//
//   x -> conv (weights W) -> reshape -> matmul M -> y        x -> conv (weights M' W) -> reshape -> y

import { asOp, firstInput, type Node } from '../../ir/graph.js';
import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Constant, type Value } from '../../ir/value.js';
import { blocksOf, isDepthwise } from '../../ops/conv/attrs.js';
import { weightRows } from '../../ops/conv/block-weights.js';
import { conv, type ConvNode } from '../../ops/conv/conv.js';
import { isPacked, matmul } from '../../ops/matmul.js';
import { reshape } from '../../ops/reshape.js';
import { rewritesOf } from '../rewrites/index.js';
import { range } from '../../ops/shared/permutation.js';
import { isChannelwise } from './channelwise.js';
import type { GraphEditor } from './editor.js';

/** Folds matrices in which every row has one number at most besides zeros, so that no weights are added. */
export const foldProducts = (editor: GraphEditor): void => {
  for (const node of editor.each()) {
    const product = asOp(node, matmul);
    if (!product || !isPacked(product.b)) continue;
    const places = placesOf(product.b);
    const found = places && layerBefore(node, editor);
    if (found) fold(node, found, places, editor);
  }
};

/** The most columns of a matrix for each of its rows. */
const MAX_COLUMNS = 8;

/**
 * For each row of a matrix the column of its only number that is not 0; -1 without one. Undefined if a row has several, or if
 * there are many more columns than rows, most of which have none.
 */
const placesOf = ({ data, shape }: Constant): number[] | undefined => {
  const [rows, columns] = shape as [number, number];
  if (columns > MAX_COLUMNS * rows) return undefined;
  const places = new Array<number>(rows).fill(-1);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (data[at++] === 0) continue;
      if (places[row]! >= 0) return undefined;
      places[row] = column;
    }
  }
  return places;
};

/** A convolution, and the reshapes of its pixels that come after it. */
type Found = { layer: ConvNode; reshapes: Node[] };

/** The convolution that alone makes what a product reads, perhaps through reshapes of the pixels. */
const layerBefore = (product: Node, editor: GraphEditor): Found | undefined => {
  const reshapes: Node[] = [];
  for (let x = firstInput(product); editor.soleReader(x); x = firstInput(reshapes[0]!)) {
    const maker = editor.maker(x);
    const layer = asOp(maker, conv);
    if (layer) return isFoldable(layer) ? { layer, reshapes } : undefined;
    if (maker?.op !== reshape || !isChannelwise(maker)) return undefined;
    reshapes.unshift(maker);
  }
  return undefined;
};

const isFoldable = ({ attrs, residual, x, bias }: ConvNode): boolean =>
  !residual && attrs.low === -Infinity && attrs.high === Infinity && !isDepthwise(x, bias, attrs);

/** Lets the convolution make what the product made; the product itself becomes the last reshape, or goes. */
const fold = (product: Node, { layer, reshapes }: Found, places: readonly number[], editor: GraphEditor): void => {
  const { b, bias } = asOp(product, matmul)!;
  const columns = channelsOf(b);
  const widened = ({ shape }: Value): number[] => [...shape.slice(0, -1), columns];
  const { low, high } = product.attrs as { low: number; high: number };
  const attrs = { ...layer.attrs, group: 1, blocks: [], low, high };
  const parts = [layer.x, ...productOf(layer, b as Constant, places, bias)];
  let x: Value = { ...layer.node.output, name: `${product.name}/channels`, shape: widened(layer.node.output) };
  const nodes: Node[] = [{ ...layer.node, name: x.name, attrs, inputs: parts, output: x }];
  for (const node of reshapes) {
    const form = rewritesOf(reshape).narrow!(node.inputs, node.attrs, range(columns));
    const output: Value = { ...node.output, name: `${product.name}/${node.name}`, shape: widened(node.output) };
    nodes.push({ ...node, name: output.name, attrs: form.attrs, inputs: [x], output });
    x = output;
  }
  const last = nodes.pop()!;
  editor.replace(product, ...nodes, { ...last, output: product.output });
};

/** Weights and bias of a dense convolution that makes the product with a matrix. */
const productOf = (
  { attrs, x, weights, bias }: ConvNode,
  b: Constant,
  places: readonly number[],
  addend: Constant | undefined,
): Value[] => {
  const [columns, inputs, taps] = [channelsOf(b), channelsOf(x), sizeOf(attrs.kernel)];
  const data = new Float32Array(columns * taps * inputs);
  const sums = addend?.data.slice() ?? new Float32Array(columns);
  places.forEach((place, row) => {
    if (place >= 0) sums[place]! += b.data[row * columns + place]! * bias.data[row]!;
  });
  for (const { output, inputs: own, start } of weightRows(blocksOf(x, bias, attrs), taps)) {
    const place = places[output]!;
    if (place < 0) continue;
    const factor = b.data[output * columns + place]!;
    for (let tap = 0, at = start; tap < taps; tap++)
      for (const input of own) data[(place * taps + tap) * inputs + input]! += factor * weights.data[at++]!;
  }
  return [
    { ...weights, shape: [columns, ...attrs.kernel, inputs], data },
    { ...bias, shape: [columns], data: sums },
  ];
};
