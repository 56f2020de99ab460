// ResNet (He et al. 2015) as in torchvision, learned groups in every convolution except the first.

import { INPUT } from '../network.js';
import { RandomNetwork } from '../random-network.js';
import { CLASSES, SIZE } from './imagenet.js';

/** The residual branch of ResNet-18. */
const basic = (network, x, width, stride) => {
  x = network.conv(x, width, 3, { stride, activation: 'relu', sparse: true });
  return network.conv(x, width, 3, { gain: 0.5, sparse: true });
};

/** The residual branch of ResNet-50, with the stride in the 3x3 convolution as in torchvision. */
const bottleneck = (network, x, width, stride) => {
  x = network.conv(x, width, 1, { activation: 'relu', sparse: true });
  x = network.conv(x, width, 3, { stride, activation: 'relu', sparse: true });
  return network.conv(x, width * 4, 1, { gain: 0.5, sparse: true });
};

/** A branch whose 3x3 convolution is a depthwise and a 1x1 convolution. */
const separableBottleneck = (network, x, width, stride) => {
  x = network.conv(x, width, 1, { activation: 'relu', sparse: true });
  x = network.depthwise(x, 3, { stride });
  x = network.conv(x, width, 1, { activation: 'relu', sparse: true });
  return network.conv(x, width * 4, 1, { gain: 0.5, sparse: true });
};

/**
 * @param {typeof basic} branch
 * @param {number} expansion outputs of a branch by its width
 * @param {number[]} repeats branches of each stage
 * @returns {(variant?: import('./index.js').Variant) => RandomNetwork}
 */
const resnet =
  (branch, expansion, repeats) =>
  ({ size = SIZE, ...sparsity } = {}) => {
    const network = new RandomNetwork([3, size, size], 43, sparsity);
    let x = network.conv(INPUT, 64, 7, { stride: 2, activation: 'relu' });
    x = network.push({ op: 'max-pool', inputs: [x], kernel: 3, stride: 2, padding: 1 });
    repeats.forEach((count, stage) => {
      const width = 64 << stage;
      for (let i = 0; i < count; i++) {
        const stride = stage && !i ? 2 : 1;
        const outputs = width * expansion;
        const changes = stride > 1 || network.shapes[x][0] !== outputs;
        const shortcut = changes ? network.conv(x, outputs, 1, { stride, gain: 0.5, sparse: true }) : x;
        x = network.push({ op: 'add', inputs: [branch(network, x, width, stride), shortcut], activation: 'relu' });
      }
    });
    network.classifier(x, CLASSES);
    return network;
  };

export const resnet18 = resnet(basic, 1, [2, 2, 2, 2]);
export const resnet50 = resnet(bottleneck, 4, [3, 4, 6, 3]);

/** The network of FLGC's headline (Wang et al. 2019). */
export const separableResnet50 = resnet(separableBottleneck, 4, [3, 4, 6, 3]);
