// Convolution as a list of blocks; the structure of the blocks chooses the kernel.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { sizeOf } from '../../ir/tensor.js';
import { floatOnly } from '../shared/checks.js';
import { bindConv, bindConvRows, convRows, convTables, isFast3x3, isLate, slidingOf } from './bind.js';
import { blocksOf, convSchema, isDepthwise } from './blocks.js';
import { inputsRead, keepFilters, pruneOutputs } from './keep.js';
import { reorderOutputs, scaleOutputs, selectInput, selectResidual } from './order.js';
import { weightTable } from './panel-tables.js';
import { convShape } from './shape.js';
import { biasTable, lanesTable } from './packing.js';
import { isPadded, paddedSizes } from './sliding.js';

/**
 * y = clamp(bias + sum over the blocks' weights and inputs + residual, low, high).
 *
 * Inputs: x [N, ...sizes, C]; weights; bias [O]; perhaps a residual of the output's shape. Without `blocks` the weights
 * are [O, ...kernel, C / group] and the blocks are `group` equal ones; with them they are the blocks' weights
 * [outputs][...kernel][inputs] one after the other. An output in no block is its bias. `pads` are all begins, then all ends.
 */
export const conv = defineOp({
  code: 1,
  name: 'conv',
  arity: [3, 4],
  attrs: convSchema,
  clips: true,
  addend: ([x, , bias, residual], attrs) => !residual && !isDepthwise(x!, bias!, attrs),
  type: floatOnly,
  shape: ([x, w, bias, residual], attrs) => {
    if (residual && isDepthwise(x!, bias!, attrs)) throw new ShapeError('a depthwise convolution takes no residual');
    return convShape(x!, w!, bias!, residual, attrs);
  },
  affine: (inputs, attrs, scale, shift) => (inputs.length > 3 ? undefined : scaleOutputs(attrs, inputs, scale, shift)),
  select: (attrs, inputs, [selection, , , residual]) => {
    const form = selection && selectInput(attrs, inputs, selection);
    return (residual && selectResidual(form?.attrs ?? attrs, form?.inputs ?? inputs, residual)) ?? form;
  },
  channelwise: (attrs, [x, , bias]) => isDepthwise(x!, bias!, attrs),
  keep: keepFilters,
  reads: inputsRead,
  prune: pruneOutputs,
  reorder: (attrs, inputs, places) => (inputs.length > 3 ? undefined : reorderOutputs(attrs, inputs, places)),
  inPlace: (inputs, attrs) => (inputs.length > 3 && !isLate(inputs, attrs) ? 3 : -1),
  packs: () => [1, 2],
  weights: ([x, w, bias], attrs) => {
    const [data, biases] = [w!.data as Float32Array, bias!.data as Float32Array];
    if (isDepthwise(x!, bias!, attrs))
      return [biasTable(biases), lanesTable(data, x!.shape.at(-1)!, sizeOf(attrs.kernel))];
    return [weightTable(slidingOf(x!, attrs), blocksOf(x!, bias!, attrs), data, biases)];
  },
  tables: convTables,
  scratch: ([x, , bias], output, attrs) => {
    const sliding = slidingOf(x!, attrs);
    if (!isPadded(sliding) || (isDepthwise(x!, bias!, attrs) && isFast3x3(sliding, output))) return 0;
    return sizeOf(paddedSizes(sliding)) * sliding.channels * 4;
  },
  macs: ([x, , bias], output, attrs) => {
    const weights = blocksOf(x!, bias!, attrs).reduce(
      (sum, { inputs, outputs }) => sum + inputs.length * outputs.length,
      0,
    );
    return weights * sizeOf(attrs.kernel) * sizeOf(output.shape.slice(0, -1));
  },
  structure: ([x, w, bias], output, attrs) => {
    const { kernel, group, blocks } = attrs;
    const positions = sizeOf(output.shape.slice(0, -1));
    const outputs = bias!.shape[0]!;
    const ofWeights = (weights: number) => ({ macs: weights * positions, weights: weights + outputs });
    if (isDepthwise(x!, bias!, attrs)) return { kind: 'depthwise', kernel, dense: ofWeights(sizeOf(w!.shape)) };
    const dense = ofWeights(x!.shape.at(-1)! * outputs * sizeOf(kernel));
    if (!blocks.length && group === 1) return { kind: 'dense', kernel, dense };
    return { kind: blocks.length ? 'blocks' : 'grouped', kernel, groups: blocksOf(x!, bias!, attrs), dense };
  },
  rows: convRows,
  bindRows: bindConvRows,
  bind: bindConv,
});
