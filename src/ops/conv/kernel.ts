// The kernels of a convolution and the rule that chooses among them.

import type { Lowered, Numerics } from '../../ir/plan.js';
import type { ConvAttrs, ConvInputs } from './attrs.js';
import { depthwise } from './depthwise.js';
import { panelProduct } from './panel-product.js';
import { winograd } from './winograd.js';

/** A way to run convolutions. */
export type ConvKernel = {
  /** Whether this kernel can run a convolution. */
  takes: (inputs: ConvInputs, attrs: ConvAttrs, numerics: Numerics) => boolean;
  lower: (inputs: ConvInputs, attrs: ConvAttrs) => Lowered<ConvInputs>;
};

/** The kernels, fastest first; the last one accepts every convolution. */
const KERNELS: readonly ConvKernel[] = [depthwise, winograd, panelProduct];

/** Lowers a convolution to the first kernel that accepts it. */
export const lowerConv = (inputs: ConvInputs, attrs: ConvAttrs, numerics: Numerics): Lowered<ConvInputs> => {
  const kernel = KERNELS.find(({ takes }) => takes(inputs, attrs, numerics)) ?? panelProduct;
  return kernel.lower(inputs, attrs);
};
