// Operators of MediaPipe and others that are not built into TensorFlow Lite.

import { samplesOf } from '../../../ir/value.js';
import { convTranspose } from '../../../ops/rare/conv-transpose.js';
import { refuse } from '../../reading/refusal.js';
import { transposedWindow } from './conv.js';
import { UNBOUNDED } from './fused.js';
import type { Rule, Rules } from './rule.js';
import { spatialSizes } from './window.js';

/** How MediaPipe stores padding and strides: the C structure TfLiteTransposeConvParams. */
const transposeParams = (custom: Uint8Array): { padding: 'SAME' | 'VALID'; strides: [number, number] } => {
  if (custom.length < 12) refuse(`it has ${custom.length} bytes of options; 12 are needed`);
  const view = new DataView(custom.buffer, custom.byteOffset, custom.byteLength);
  const padding = view.getInt32(0, true);
  if (padding !== 1 && padding !== 2) refuse(`padding ${padding} is not supported`);
  return { padding: padding === 1 ? 'SAME' : 'VALID', strides: [view.getInt32(8, true), view.getInt32(4, true)] };
};

/** A transposed convolution with a bias, whose output's size follows from the padding. */
const transposeBias: Rule = (node, build) => {
  const [x, w, bias] = [node.input(0), node.constant(1), node.constant(2)];
  const { padding, strides } = transposeParams(node.custom);
  const sizes = spatialSizes(x.shape);
  const kernel = w.shape.slice(1, 3);
  const target = sizes.map((size, axis) =>
    padding === 'SAME' ? size * strides[axis]! : (size - 1) * strides[axis]! + kernel[axis]!,
  );
  const window = transposedWindow(sizes, target, kernel, strides, padding);
  const attrs = { ...window, group: 1, ...UNBOUNDED };
  if (samplesOf(w) !== samplesOf(bias)) refuse(`${samplesOf(bias)} biases do not fit ${samplesOf(w)} outputs`);
  return build.op(convTranspose, attrs, [x, build.transpose(w, [3, 1, 2, 0]), bias]);
};

export const customRules: Rules = { Convolution2DTransposeBias: transposeBias };

/** Why known operators are not supported. */
const REASONS: Readonly<Record<string, string>> = {
  MaxPoolingWithArgmax2D: 'pooling that also gives the places of the largest values is not supported',
  MaxUnpooling2D: 'values cannot be put back at the places of a pooling',
  Landmarks2TransformMatrix: 'it computes a region from landmarks in a way of MediaPipe',
  TransformTensorBilinear: 'it cuts a region out at run time in a way of MediaPipe',
  TransformLandmarks: 'it moves landmarks to a region at run time in a way of MediaPipe',
  IF: 'branches of networks are not supported',
  WHILE: 'loops are not supported',
  CALL_ONCE: 'networks that are set up by another graph are not supported',
  VAR_HANDLE: 'values that are kept from one run to the next are not supported',
};

/** Why an operator without a rule is not supported; undefined if there is no more to say than that. */
export const reasonAgainst = (opType: string): string | undefined =>
  opType.startsWith('Flex')
    ? 'operators of TensorFlow itself (Flex) are not supported: convert the network with operators of TensorFlow Lite only'
    : Object.hasOwn(REASONS, opType)
      ? REASONS[opType]
      : undefined;
