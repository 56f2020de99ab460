// Concatenation along an axis.

import { ShapeError } from '../errors.js';
import { defineOp } from '../ir/op.js';
import { showShape } from '../ir/tensor.js';
import { shapeInWords } from '../ir/value.js';
import { viewAround } from './shared/axis-view.js';
import { checkAxes, checkedShape, checkPairs } from './shared/checks.js';

/**
 * The inputs joined along `axis`; their other axes are equal. Of int8 values, all parts but the last have an even number of
 * channels if these are joined.
 */
export const concat = defineOp({
  code: 11,
  name: 'concat',
  inputs: { parts: 'values' },
  int8: true,
  attrs: { axis: 'i32' },
  type: ({ parts: [first, ...others] }) => {
    for (const { name, type } of others) {
      if (type !== first!.type) throw new ShapeError(`${name} is ${type}, ${first!.name} is ${first!.type}`);
    }
    return first!.type;
  },
  shape: ({ parts }, { axis }) => {
    const first = parts[0]!.shape;
    checkAxes([axis], first.length);
    let size = 0;
    for (const { shape } of parts) {
      const same = shape.length === first.length && shape.every((own, other) => other === axis || own === first[other]);
      if (!same) throw new ShapeError(`${showShape(shape)} does not fit after ${showShape(first)} along axis ${axis}`);
      size += shape[axis]!;
    }
    if (axis === first.length - 1) checkPairs(parts.slice(0, -1));
    return checkedShape(first.map((own, other) => (other === axis ? size : own)));
  },
  plan: ({ parts }, output, { axis }) => ({
    bind: (kernels, address) => {
      const view = viewAround(shapeInWords(output), axis);
      const stride = view.axis * view.inner;
      let to = address(output);
      const copies = parts.map((part) => {
        const width = shapeInWords(part)[axis]! * view.inner;
        const copy = { to, from: address(part), width };
        to += width * 4;
        return copy;
      });
      return () => {
        for (const copy of copies) kernels.copyRows(copy.to, stride, copy.from, copy.width, view.outer, copy.width);
      };
    },
  }),
});
