// Attributes and inputs of a convolution of int8 values.

import type { AttrsOf, InputsOf } from '../../ir/schema.js';
import type { ConvAttrs, ConvInputs } from '../conv/attrs.js';

/** The attributes, in the order of the file. */
export const schema = {
  kernel: 'i32s',
  strides: 'i32s',
  dilations: 'i32s',
  pads: 'i32s',
  group: 'i32',
  blocks: 'blocks',
  inputScale: 'f32',
  outputScale: 'f32',
  low: 'i32',
  high: 'i32',
} as const;

/** The inputs. */
export const inputs = { x: 'value', weights: 'constant', scales: 'constant', bias: 'constant' } as const;

/** The attributes of `convInt8`. */
export type Int8ConvAttrs = AttrsOf<typeof schema>;

/** The inputs of `convInt8`, by name. */
export type Int8ConvInputs = InputsOf<typeof inputs>;

/** The convolution of floats with the same geometry and blocks. */
export const floatConv = ({ x, weights, bias }: Int8ConvInputs, attrs: Int8ConvAttrs): [ConvInputs, ConvAttrs] => [
  { x: { ...x, type: 'float32' }, weights, bias, residual: undefined },
  attrs,
];
