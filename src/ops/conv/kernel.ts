// The kernels of a convolution and the rule that chooses among them.

import type { Lowered, Numerics } from '../../ir/plan.js';
import type { ConvAttrs, ConvInputs } from './attrs.js';
import { lowerDepthwise } from './depthwise.js';
import { lowerToPanels } from './panel-product.js';
import { lowerWinograd } from './winograd.js';

/** Lowers a convolution to the fastest kernel that can run it. */
export const lowerConv = (inputs: ConvInputs, attrs: ConvAttrs, numerics: Numerics): Lowered<ConvInputs> =>
  lowerDepthwise(inputs, attrs) ?? lowerWinograd(inputs, attrs, numerics) ?? lowerToPanels(inputs, attrs);
