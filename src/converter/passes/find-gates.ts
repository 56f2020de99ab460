// Masks and factors that are computed for each sample (MSGC) become the gates of the convolution that reads the products.
// Exporters write one product for each head h, join the products and let a grouped convolution read them:
//
//   x ---> mul gates[0] --.
//     '--> mul gates[1] ---+-> concat -> conv (groups: heads) -> y        x, gates [N, heads, C] -> gatedConv -> y

import { asOp, firstInput, type Node } from '../../ir/graph.js';
import { sameShape, sizeOf } from '../../ir/tensor.js';
import { channelsOf, samplesOf, type Value } from '../../ir/value.js';
import { binary } from '../../ops/binary.js';
import { clip } from '../../ops/clip.js';
import { concat } from '../../ops/concat.js';
import { isDepthwise, type ConvAttrs } from '../../ops/conv/attrs.js';
import { conv, type ConvNode } from '../../ops/conv/conv.js';
import { gatedAttrs } from '../../ops/gated/attrs.js';
import { gatedConv } from '../../ops/gated/gated-conv.js';
import { pool } from '../../ops/pool.js';
import { unary } from '../../ops/unary.js';
import type { Evaluate } from '../../runtime/evaluate-node.js';
import type { GraphEditor } from './editor.js';
import { stackRows } from './gate-rows.js';
import { maskOf } from './masks.js';

/** `activation` times factors [N, 1, ..., 1, C]. */
type Product = { activation: Value; factors: readonly Value[] };

/** Gives convolutions of gated products their gated form. */
export const findGates = (editor: GraphEditor, evaluate: Evaluate): void => {
  for (const node of editor.each()) {
    const layer = asOp(node, conv);
    if (layer && !layer.residual) findInLayer(layer, editor, evaluate);
  }
};

const findInLayer = ({ node, attrs, x, weights, bias }: ConvNode, editor: GraphEditor, evaluate: Evaluate): void => {
  if (attrs.blocks.length || isDepthwise(x, bias, attrs)) return;
  const { source, steps } = beforeSteps(x, editor, evaluate);
  const heads = headsOf(source, attrs, editor);
  const products = heads && commonProducts(heads, editor);
  if (!products) return;
  const [{ activation, factors }] = products as [Product];
  const masks = products.flatMap((product) => product.factors.map((factor) => maskOf(factor, editor)));
  if (products.length === 1 && !masks.some((mask) => mask)) return; // squeeze and excitation: no channel is ever left out
  if (steps.length && !masks.every((mask) => mask === 'bits')) return;
  let added = 0;
  const build = (op: Node['op'], own: Node['attrs'], inputs: Value[]): Value => {
    const name = `${node.name}/gates${added++ || ''}`;
    const output: Value = { name, shape: op.shape(inputs, own), type: 'float32' };
    editor.insert(node, { name, op, attrs: own, inputs, output });
    return output;
  };
  const gates = factors
    .map((_, k) => products.map((product) => product.factors[k]!))
    .map((vectors) => stackRows(vectors, editor, build))
    .reduce((a, b) => build(binary, { kind: 'mul' }, [a, b]));
  const read = steps.reduce((value, step) => build(step.op, step.attrs, [value]), activation);
  editor.change(node, { op: gatedConv, attrs: gatedAttrs(attrs), inputs: [read, weights, bias, gates] });
};

/**
 * What a layer reads before functions of each channel that keep 0, and these functions: with masks of 0 and 1 they give the
 * same before the product with the mask.
 */
const beforeSteps = (x: Value, editor: GraphEditor, evaluate: Evaluate): { source: Value; steps: Node[] } => {
  const steps: Node[] = [];
  let source = x;
  for (let maker = editor.maker(x); maker && keepsZero(maker, evaluate); maker = editor.maker(source)) {
    if (!editor.soleReader(source)) break;
    steps.unshift(maker);
    source = firstInput(maker);
  }
  return { source, steps };
};

const keepsZero = (node: Node, evaluate: Evaluate): boolean => {
  if (node.op === pool) return true;
  if (node.output.type !== 'float32' || (node.op !== clip && node.op !== unary)) return false;
  const zero: Value = { name: 'zero', shape: [1], type: 'float32', data: new Float32Array(1) };
  return evaluate({ ...node, inputs: [zero], output: { ...node.output, shape: [1] } })[0] === 0;
};

/** What each head reads. */
const headsOf = (read: Value, { group }: ConvAttrs, editor: GraphEditor): readonly Value[] | undefined => {
  if (group === 1) return [read];
  const maker = editor.maker(read);
  const last = read.shape.length - 1;
  if (maker?.op !== concat || maker.attrs.axis !== last || maker.inputs.length !== group) return undefined;
  return maker.inputs.every(({ shape }) => sameShape(shape, firstInput(maker).shape)) ? maker.inputs : undefined;
};

/** The heads as products of one activation and equally many factors, as many as possible. */
const commonProducts = (heads: readonly Value[], editor: GraphEditor): Product[] | undefined => {
  const all = heads.map((head) => productsOf(head, editor));
  for (const first of all[0]!) {
    const same = all.map((products) => products.find(({ activation }) => activation === first.activation));
    if (same.every((product) => product?.factors.length === first.factors.length)) return same as Product[];
  }
  return undefined;
};

/** The ways to read a value as a product, the longest first. */
const productsOf = (value: Value, editor: GraphEditor): Product[] => {
  const products: Product[] = [];
  for (let factors: Value[] = [], activation = value; ;) {
    const maker = editor.maker(activation);
    if (maker?.op !== binary || maker.attrs.kind !== 'mul') return products.reverse();
    const factor = maker.inputs.find((input) => isVector(input, activation));
    const other = maker.inputs.find((input) => input !== factor);
    if (!factor || !other || !sameShape(other.shape, activation.shape)) return products.reverse();
    factors = [factor, ...factors];
    activation = other;
    products.push({ activation, factors });
  }
};

/** Whether a value is one number for each sample and channel of `x`, known only during a run. */
const isVector = ({ shape, data, type }: Value, x: Value): boolean => {
  const [samples, channels] = [samplesOf(x), channelsOf(x)];
  if (data || type !== 'float32' || shape.length !== x.shape.length || sizeOf(x.shape.slice(1, -1)) === 1) return false;
  return shape[0] === samples && shape.at(-1) === channels && sizeOf(shape) === samples * channels;
};
