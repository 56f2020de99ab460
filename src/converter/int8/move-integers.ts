// What moves dequantised values moves their integers, so that the layers after it find them.
//
//   q -> dequantize -> slice -> conv        q -> slice -> dequantize -> conv

import { ShapeError } from '../../errors.js';
import { asOp, type Node } from '../../ir/graph.js';
import type { AnyOp } from '../../ir/op.js';
import type { Attrs } from '../../ir/schema.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { maxInt8 } from '../../ops/int8/pool-int8.js';
import { dequantize, quantize } from '../../ops/int8/quantize.js';
import { pool } from '../../ops/pool.js';
import { reshape } from '../../ops/reshape.js';
import type { GraphEditor } from '../passes/editor.js';
import { IntegerBounds } from './integer-bounds.js';
import { movedBy } from './moves.js';
import { asDequantize } from './targets.js';

/** Moves integers; an op that cannot moves floats, which are quantised again without any change. */
export const moveIntegers = (editor: GraphEditor): void => {
  const bounds = new IntegerBounds(editor);
  for (const node of editor.each()) {
    const sources = movedBy(node);
    const parts = sources?.map((input) => asDequantize(editor.maker(input)));
    const [first] = parts ?? [];
    if (!first || !parts!.every((part) => part?.attrs.scale === first.attrs.scale)) continue;
    const { scale } = first.attrs;
    const integers = parts!.map((part) => part!.x);
    const moved = integerNode(node, [...integers, ...node.inputs.slice(integers.length)]);
    if (moved) editor.replace(node, moved, dequantized(moved.output, scale, node));
    else if (!editor.isOutput(node.output)) editor.replace(node, ...again(node, scale, integers, bounds));
  }
};

const named = (node: Node, what: string): string => `${node.name}/${what}`;

/** The node on integers; undefined if its op cannot move them, or they take as many words as floats. */
const integerNode = (node: Node, inputs: Value[]): Node | undefined => {
  if (node.op !== reshape && channelsOf(inputs[0]!) === 1) return undefined;
  const form = integerForm(node);
  const shape = form && shapeOf(form.op, form.attrs, inputs);
  const name = named(node, 'integers');
  return shape && { ...node, ...form, name, inputs, output: { name, type: 'int8', shape } };
};

const integerForm = (node: Node): { op: AnyOp; attrs: Attrs } | undefined => {
  const pooled = asOp(node, pool);
  if (!pooled) return { op: node.op, attrs: node.attrs };
  const { kernel, strides, dilations, pads, ceil } = pooled.attrs;
  return pooled.x.shape.length === 4 && !ceil
    ? { op: maxInt8, attrs: { kernel, strides, dilations, pads } }
    : undefined;
};

const shapeOf = (op: AnyOp, attrs: Attrs, inputs: readonly Value[]): readonly number[] | undefined => {
  try {
    return op.shape(inputs, attrs);
  } catch (error) {
    if (error instanceof ShapeError) return undefined;
    throw error;
  }
};

const dequantized = (x: Value, scale: number, { output }: Node): Node => ({
  ...{ name: output.name, op: dequantize, attrs: { scale } },
  ...{ inputs: [x], output },
});

/** The node on floats, what it makes as integers, and these as floats again. */
const again = (node: Node, scale: number, integers: readonly Value[], bounds: IntegerBounds): Node[] => {
  const { shape } = node.output;
  const parts = integers.map((value) => bounds.of(value));
  const attrs = {
    scale,
    low: Math.min(...parts.map(({ low }) => low)),
    high: Math.max(...parts.map(({ high }) => high)),
  };
  const floats: Value = { name: named(node, 'floats'), type: 'float32', shape };
  const rounded: Value = { name: named(node, 'integers'), type: 'int8', shape };
  return [
    { ...node, name: floats.name, output: floats },
    { name: rounded.name, op: quantize, attrs, inputs: [floats], output: rounded },
    dequantized(rounded, scale, node),
  ];
};
