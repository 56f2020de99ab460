// What a gated convolution has: attributes, inputs, sizes.

import { asNamed, type Node, type NodeOf } from '../../ir/graph.js';
import type { Op } from '../../ir/op.js';
import type { AttrsOf, InputsOf } from '../../ir/schema.js';
import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Value } from '../../ir/value.js';
import type { ConvAttrs } from '../conv/attrs.js';
import type { GatedSizes } from './panels.js';

/** The attributes, with the meaning they have in `conv`. */
export const schema = {
  kernel: 'i32s',
  strides: 'i32s',
  dilations: 'i32s',
  pads: 'i32s',
  low: 'f32',
  high: 'f32',
} as const;

/** The inputs. */
export const inputs = {
  x: 'value',
  weights: 'constant',
  bias: 'constant',
  gates: 'value',
  residual: 'value?',
} as const;

/** The attributes of a node. */
export type GatedAttrs = AttrsOf<typeof schema>;

/** The inputs, by name. */
export type GatedInputs = InputsOf<typeof inputs>;

/** The attributes of the convolution without gates. */
export const denseAttrs = (attrs: GatedAttrs): ConvAttrs => ({ ...attrs, group: 1, blocks: [] });

/** The attributes of the gated form of a convolution. */
export const gatedAttrs = ({ kernel, strides, dilations, pads, low, high }: ConvAttrs): GatedAttrs => ({
  kernel,
  strides,
  dilations,
  pads,
  low,
  high,
});

/** Sizes of the product of weights [O, ...kernel, C] and gates [N, H, C]; without gates there is one head. */
export const gatedSizes = (x: Value, bias: Value, gates: Value | undefined, kernel: readonly number[]): GatedSizes => ({
  channels: channelsOf(x),
  outputs: channelsOf(bias),
  heads: gates?.shape[1] ?? 1,
  taps: sizeOf(kernel),
});

/** A node's attributes and inputs by name if it is a gated convolution, otherwise undefined. */
export const asGated = (node: Node): NodeOf<typeof schema, typeof inputs> | undefined =>
  asNamed<Op<typeof schema, typeof inputs>>(node, GATED_CONV);

/** The name of the op. */
export const GATED_CONV = 'gatedConv';
