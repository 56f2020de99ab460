// The networks that are timed: torchvision's architectures at 224 x 224, with seeded random weights.

import { INPUT } from './network.js';
import { RandomNetwork } from './random-network.js';

const SHAPE = [3, 224, 224];
const CLASSES = 1000;

/** Expansion, outputs, repeats and first stride of MobileNetV2's stages. */
const MOBILENETV2_STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/** MobileNetV2 1.0 (Sandler et al. 2018), learned groups in every 1x1 convolution. @param {number} learnedGroups */
const mobilenetv2 = (learnedGroups) => {
  const network = new RandomNetwork(SHAPE, 42, learnedGroups);
  const activation = 'relu6';
  let x = network.conv(INPUT, 32, 3, { stride: 2, activation });
  let channels = 32;
  for (const [expansion, outputs, repeats, firstStride] of MOBILENETV2_STAGES) {
    for (let i = 0; i < repeats; i++) {
      const stride = i ? 1 : firstStride;
      const hidden = channels * expansion;
      const start = x;
      if (expansion > 1) x = network.conv(x, hidden, 1, { activation, learned: true });
      x = network.conv(x, hidden, 3, { stride, activation, groups: hidden });
      x = network.conv(x, outputs, 1, { gain: 0.5, learned: true });
      if (stride === 1 && channels === outputs) x = network.push({ op: 'add', inputs: [start, x], activation: 'none' });
      channels = outputs;
    }
  }
  x = network.conv(x, 1280, 1, { activation, learned: true });
  network.linear(network.push({ op: 'average', inputs: [x] }), CLASSES);
  return network;
};

/** The residual branch of ResNet-18. */
const basic = (network, x, width, stride) => {
  x = network.conv(x, width, 3, { stride, activation: 'relu', learned: true });
  return network.conv(x, width, 3, { gain: 0.5, learned: true });
};

/** The residual branch of ResNet-50, with the stride in the 3x3 convolution as in torchvision. */
const bottleneck = (network, x, width, stride) => {
  x = network.conv(x, width, 1, { activation: 'relu', learned: true });
  x = network.conv(x, width, 3, { stride, activation: 'relu', learned: true });
  return network.conv(x, width * 4, 1, { gain: 0.5, learned: true });
};

/**
 * ResNet (He et al. 2015), learned groups in every convolution except the first.
 * @param {number} learnedGroups
 * @param {typeof basic} branch
 * @param {number} expansion outputs of a branch by its width
 * @param {number[]} repeats branches of each stage
 */
const resnet = (learnedGroups, branch, expansion, repeats) => {
  const network = new RandomNetwork(SHAPE, 43, learnedGroups);
  let x = network.conv(INPUT, 64, 7, { stride: 2, activation: 'relu' });
  x = network.push({ op: 'max-pool', inputs: [x], kernel: 3, stride: 2, padding: 1 });
  repeats.forEach((count, stage) => {
    const width = 64 << stage;
    for (let i = 0; i < count; i++) {
      const stride = stage && !i ? 2 : 1;
      const outputs = width * expansion;
      const changes = stride > 1 || network.shapes[x][0] !== outputs;
      const shortcut = changes ? network.conv(x, outputs, 1, { stride, gain: 0.5, learned: true }) : x;
      x = network.push({ op: 'add', inputs: [branch(network, x, width, stride), shortcut], activation: 'relu' });
    }
  });
  network.linear(network.push({ op: 'average', inputs: [x] }), CLASSES);
  return network;
};

/** Each takes the number of learned groups, 1 for the dense network. @type {Record<string, (learnedGroups: number) => RandomNetwork>} */
export const ARCHITECTURES = {
  mobilenetv2,
  resnet18: (groups) => resnet(groups, basic, 1, [2, 2, 2, 2]),
  resnet50: (groups) => resnet(groups, bottleneck, 4, [3, 4, 6, 3]),
};
