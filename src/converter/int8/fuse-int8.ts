// Layers between values that are quantised compute with their integers.
//
//   x -> dequantize -> conv -> quantize -> y        x -> convInt8 -> y

import { ShapeError } from '../../errors.js';
import { asOp, type Node } from '../../ir/graph.js';
import type { AnyOp } from '../../ir/op.js';
import type { Attrs } from '../../ir/schema.js';
import { sameShape } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';
import { clip } from '../../ops/clip.js';
import type { Evaluate } from '../../runtime/evaluate-node.js';
import type { GraphEditor } from '../passes/editor.js';
import { IntegerBounds } from './integer-bounds.js';
import { ruleOf } from './integer-rules.js';
import { asDequantize, asQuantize, rescaled, withinBounds, type Context, type Target } from './targets.js';

/** Replaces each node whose inputs are dequantised, and whose result is only quantised, by its int8 form, unless it is to `stay`. */
export const fuseInt8 = (
  editor: GraphEditor,
  evaluate: Evaluate,
  stay: (node: Node) => boolean = () => false,
): void => {
  const bounds = new IntegerBounds(editor);
  for (const node of editor.each()) {
    const quantized = asQuantize(node);
    if (!quantized) continue;
    const form = integerForm(node, quantized.x, quantized.attrs, { editor, evaluate, bounds, stay });
    if (form?.nodes.length) editor.replace(node, ...form.nodes);
    else if (form) editor.redirect(node.output, form.result);
  }
};

type Tools = { editor: GraphEditor; evaluate: Evaluate; bounds: IntegerBounds; stay: (node: Node) => boolean };

/** The nodes in the place of a `quantize` of `x`, the last of which makes its output; without nodes it is `result`. */
const integerForm = (
  node: Node,
  x: Value,
  attrs: Target,
  { editor, evaluate, bounds, stay }: Tools,
): { nodes: Node[]; result: Value } | undefined => {
  const made = beforeClips(x, attrs, editor);
  if (!made || stay(made.maker)) return undefined;
  const { maker, target } = made;
  // a lookup table would hide whether the outputs are probabilities or logits
  if (maker.op.scores(maker.attrs) && isReturned(node.output, editor)) return undefined;
  const nodes: Node[] = [];
  const add = (op: AnyOp, own: Attrs, ...inputs: Value[]): Value => {
    const name = nodes.length ? `${maker.name}.${nodes.length}` : maker.name;
    const output = { name, type: op.type(inputs, own), shape: op.shape(inputs, own) };
    nodes.push({ name, op, attrs: own, inputs, output });
    return output;
  };
  const read = (value: Value) => {
    const integers = asDequantize(editor.maker(value));
    if (!integers) return undefined;
    return { value: integers.x, scale: integers.attrs.scale, ...bounds.of(integers.x) };
  };
  const context: Context = { read, target, evaluate, add };
  const result = orUndefined(() =>
    asDequantize(maker) ? rescaled(read(maker.output)!, context) : ruleOf(maker)?.(maker, context),
  );
  if (!result || !sameShape(result.shape, node.output.shape)) return undefined;
  const last = nodes.at(-1);
  if (last) last.output = node.output;
  return { nodes, result };
};

/** What `form` returns; undefined if an int8 op cannot compute what the float op does. */
const orUndefined = <Form>(form: () => Form): Form | undefined => {
  try {
    return form();
  } catch (error) {
    if (error instanceof ShapeError) return undefined;
    throw error;
  }
};

/** Whether a value is only returned by the network, as floats and perhaps in another shape. */
const isReturned = (value: Value, editor: GraphEditor): boolean =>
  editor.isOutput(value) ||
  editor
    .readers(value)
    .every((reader) => (asDequantize(reader) || reader.op.alias) && isReturned(reader.output, editor));

/** What makes a value that is read once, before its bounds, which become those of the target. */
const beforeClips = (x: Value, target: Target, editor: GraphEditor): { maker: Node; target: Target } | undefined => {
  const maker = editor.maker(x);
  if (!maker) return undefined;
  if (asDequantize(maker)) return { maker, target };
  if (!editor.soleReader(x)) return undefined;
  const bounds = asOp(maker, clip);
  const within = bounds && withinBounds(target, bounds.attrs.low, bounds.attrs.high);
  return (within && beforeClips(bounds.x, within, editor)) ?? { maker, target };
};
