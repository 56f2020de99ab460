// Operators that move elements of images and sequences, and determinants.

import { sameShape, showShape, sizeOf } from '../../../ir/tensor.js';
import type { Value } from '../../../ir/value.js';
import { matmul } from '../../../ops/matmul.js';
import { determinant } from '../../../ops/scripted/determinant.js';
import { gridSample } from '../../../ops/scripted/grid-sample.js';
import { unpool } from '../../../ops/scripted/max-indices.js';
import { reverseSequence } from '../../../ops/scripted/reverse-sequence.js';
import { sumColumns } from '../../../ops/scripted/sum-columns.js';
import type { Builder } from '../../reading/builder.js';
import { refuse } from '../../reading/refusal.js';
import type { Rule, Rules } from './rule.js';
import { perAxis, spatialSizes } from './window.js';

/** The modes of GridSample; opset 20 renamed two of them. */
const MODES = { linear: 'linear', bilinear: 'linear', nearest: 'nearest', cubic: 'cubic', bicubic: 'cubic' } as const;

const gridSampleRule: Rule = (node, build) => {
  const attrs = {
    mode: MODES[node.word('mode', Object.keys(MODES) as (keyof typeof MODES)[])],
    padding: node.word('padding_mode', ['zeros', 'border', 'reflection']),
    align: node.flag('align_corners', false),
  };
  return build.op(gridSample, attrs, [node.input(0), node.input(1)]);
};

/** The coordinates of an image's pixels, [pixels, axes + 1]; the last axis comes first, and 1 last. */
const pixelCoordinates = (build: Builder, sizes: readonly number[], align: boolean): Value => {
  const along = (size: number, i: number) =>
    align ? (size > 1 ? (2 * i) / (size - 1) - 1 : 0) : (2 * i + 1) / size - 1;
  const [columns, reversed] = [sizes.length + 1, [...sizes].reverse()];
  const steps = reversed.map((_, i) => sizeOf(reversed.slice(0, i)));
  return build.listed([sizeOf(sizes), columns], 'float32', (element) => {
    const [pixel, i] = [Math.floor(element / columns), element % columns];
    const size = reversed[i];
    return size === undefined ? 1 : along(size, Math.floor(pixel / steps[i]!) % size);
  });
};

/** A product of the coordinates of all pixels with the matrix of each sample. */
const affineGridRule: Rule = (node, build) => {
  const theta = node.input(0);
  const sizes = (node.numbers(1) ?? refuse('the size is missing')).slice(2);
  const rank = sizes.length;
  if (theta.shape.length !== 3 || theta.shape[1] !== rank || theta.shape[2] !== rank + 1)
    refuse(`matrices of ${theta.shape.slice(1).join(' x ')} do not fit ${rank} spatial axes`);
  const pixels = pixelCoordinates(build, sizes, node.flag('align_corners', false));
  const y = build.op(matmul, { low: -Infinity, high: Infinity }, [pixels, build.transpose(theta, [0, 2, 1])]);
  return build.reshape(y, [theta.shape[0]!, ...sizes, rank]);
};

const col2ImRule: Rule = (node, build) => {
  const sizes = node.numbers(1) ?? refuse('the image shape is missing');
  const kernel = node.numbers(2) ?? refuse('the block shape is missing');
  const rank = sizes.length;
  const attrs = {
    ...{ sizes, kernel, strides: perAxis(node, 'strides', rank, 1) },
    ...{ dilations: perAxis(node, 'dilations', rank, 1), pads: perAxis(node, 'pads', 2 * rank, 0) },
  };
  return build.op(sumColumns, attrs, [node.input(0)]);
};

/** An explicit output shape is refused if it is not the natural one: ONNX and ONNX Runtime disagree about the indices then. */
const maxUnpoolRule: Rule = (node, build) => {
  const [x, indices] = [node.input(0), node.input(1)];
  const rank = spatialSizes(x.shape).length;
  const kernel = node.ints('kernel_shape');
  const [strides, pads] = [perAxis(node, 'strides', rank, 1), perAxis(node, 'pads', 2 * rank, 0)];
  const natural = spatialSizes(x.shape).map(
    (size, a) => (size - 1) * strides[a]! + kernel[a]! - pads[a]! - pads[rank + a]!,
  );
  const sizes = node.numbers(2)?.slice(2) ?? natural;
  if (!sameShape(sizes, natural))
    refuse(`output_shape ${showShape(sizes)} is not supported; expected ${showShape(natural)}`);
  return build.op(unpool, { sizes }, [x, indices]);
};

const reverseSequenceRule: Rule = (node, build) => {
  const [x, lengths] = [node.input(0), node.input(1)];
  const [batch, time] = [node.axis(x.shape.length, 1, 'batch_axis'), node.axis(x.shape.length, 0, 'time_axis')];
  return build.op(reverseSequence, { batch, time }, [x, lengths]);
};

export const samplingRules: Rules = {
  GridSample: gridSampleRule,
  AffineGrid: affineGridRule,
  Col2Im: col2ImRule,
  MaxUnpool: maxUnpoolRule,
  ReverseSequence: reverseSequenceRule,
  Det: (node, build) => build.op(determinant, {}, [node.input(0)]),
};
