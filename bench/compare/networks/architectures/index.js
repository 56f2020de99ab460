// The networks that are timed, with seeded random weights.

import { depthwiseChain } from './depthwise.js';
import { efficientnetLite0 } from './efficientnet-lite.js';
import { mobilenetv2 } from './mobilenetv2.js';
import { mobilenetv3 } from './mobilenetv3.js';
import { resnet18, resnet50, separableResnet50 } from './resnet.js';
import { yoloxNano } from './yolox.js';

/**
 * @typedef {object} Variant
 * @property {number} [groups] learned groups, in convolutions that can have them
 * @property {number} [zeros] share of the panels of weights that are 0, in convolutions that can have them
 * @property {number} [size] height and width of the picture; by default as published
 */

/** Each builds a network. @type {Record<string, (variant?: Variant) => import('../random-network.js').RandomNetwork>} */
export const ARCHITECTURES = {
  mobilenetv2,
  mobilenetv3,
  'efficientnet-lite0': efficientnetLite0,
  resnet18,
  resnet50,
  'resnet50-separable': separableResnet50,
  'yolox-nano': yoloxNano,
  'depthwise-3x3-144': depthwiseChain(3, 144, 56),
  'depthwise-3x3-576': depthwiseChain(3, 576, 14),
  'depthwise-3x3-960': depthwiseChain(3, 960, 7),
  'depthwise-5x5-144': depthwiseChain(5, 144, 56),
  'depthwise-5x5-576': depthwiseChain(5, 576, 14),
  'depthwise-5x5-960': depthwiseChain(5, 960, 7),
};
