// Deformable convolutions: windows whose taps are moved, and a convolution of 1 x 1 that multiplies what they read.

import type { Value } from '../../../ir/value.js';
import { sizeOf } from '../../../ir/tensor.js';
import { conv } from '../../../ops/conv/conv.js';
import { deformWindows } from '../../../ops/scripted/deform-windows.js';
import { addLater, biasOf, FIX_WEIGHTS, weightsOf } from './conv.js';
import type { Rule, Rules } from './rule.js';
import { perAxis } from './window.js';

const ONE_BY_ONE = { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] };

const deformConv: Rule = (node, build) => {
  const w = weightsOf(node, 4, node.constant(1, FIX_WEIGHTS));
  const [outputs, inputs, ...kernel] = w.shape as [number, number, number, number];
  const window = {
    ...{ kernel, strides: perAxis(node, 'strides', 2, 1) },
    ...{ dilations: perAxis(node, 'dilations', 2, 1), pads: perAxis(node, 'pads', 4, 0) },
  };
  const parts = [node.input(0), node.input(2), node.optional(4)].filter((part): part is Value => part !== undefined);
  const windows = build.op(
    deformWindows,
    { ...window, groups: node.int('offset_group', 1) },
    parts.map((part) => build.toLast(part)),
  );
  const { bias, later } = biasOf(node, build, 3, outputs);
  const attrs = { ...ONE_BY_ONE, group: node.int('group', 1), blocks: [], low: -Infinity, high: Infinity };
  const y = build.op(conv, attrs, [windows, build.reshape(w, [outputs, 1, 1, inputs * sizeOf(kernel)]), bias]);
  return build.toFirst(addLater(build, y, later));
};

export const deformConvRules: Rules = { DeformConv: deformConv };
