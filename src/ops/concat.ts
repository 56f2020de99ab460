// Arrays one behind the other along an axis.

import { ShapeError } from '../errors.js';
import { defineOp } from '../ir/op.js';
import { showShape } from '../ir/tensor.js';
import { viewAround } from './shared/axis-view.js';
import { checkAxes } from './shared/checks.js';
import { checkedShape } from './shared/window.js';
import { sequence } from './shared/remap.js';
import { sameIndices } from './shared/selection.js';

/** Most inputs of one node. */
const MOST_INPUTS = 4096;

/** The inputs along `axis`; their other axes are the same. */
export const concat = defineOp({
  code: 11,
  name: 'concat',
  arity: [1, MOST_INPUTS],
  attrs: { axis: 'i32' },
  type: ([first, ...others]) => {
    for (const { name, type } of others) {
      if (type !== first!.type) throw new ShapeError(`${name} is ${type}, ${first!.name} is ${first!.type}`);
    }
    return first!.type;
  },
  shape: (inputs, { axis }) => {
    const first = inputs[0]!.shape;
    checkAxes([axis], first.length);
    let size = 0;
    for (const { shape } of inputs) {
      const same = shape.length === first.length && shape.every((own, other) => other === axis || own === first[other]);
      if (!same) throw new ShapeError(`${showShape(shape)} does not fit behind ${showShape(first)} along axis ${axis}`);
      size += shape[axis]!;
    }
    return checkedShape(first.map((own, other) => (other === axis ? size : own)));
  },
  channelwise: ({ axis }, [x]) => axis !== x!.shape.length - 1,
  select: (attrs, inputs, selections) => {
    const sources = inputs.map((input, i) => selections[i]?.source ?? input);
    if (attrs.axis !== inputs[0]!.shape.length - 1) {
      const [first] = selections;
      const same = first && selections.every((selection) => selection && sameIndices(selection.indices, first.indices));
      return same ? { attrs, inputs: sources, indices: first.indices } : undefined;
    }
    if (selections.some((selection) => selection && selection.indices.length < selection.source.shape.at(-1)!))
      return undefined;
    let start = 0;
    const indices = inputs.flatMap((input, i) => {
      const own = selections[i]?.indices ?? sequence(input.shape.at(-1)!);
      const moved = own.map((index) => start + index);
      start += sources[i]!.shape.at(-1)!;
      return moved;
    });
    return { attrs, inputs: sources, indices };
  },
  permute: ({ axis }, perm) => ({ attrs: { axis: perm[axis]! }, perm }),
  bind: ({ kernels, inputs, output, attrs }) => {
    const view = viewAround(output.shape, attrs.axis);
    const stride = view.axis * view.inner;
    let to = output.address;
    const parts = inputs.map(({ shape, address }) => {
      const width = shape[attrs.axis]! * view.inner;
      const part = { to, from: address, width };
      to += width * 4;
      return part;
    });
    return () => {
      for (const { to, from, width } of parts) kernels.copyRows(to, stride, from, width, view.outer, width);
    };
  },
});
