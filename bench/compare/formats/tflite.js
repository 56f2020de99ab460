// Writes a network as a TFLite file: NHWC, 32-bit floats, activations fused where TensorFlow Lite can.

import { INPUT } from '../networks/network.js';
import { isDepthwise, weightShape } from '../networks/nodes.js';
import { transposed } from './layout.js';
import { writeModel } from './tflite-file.js';
import {
  add,
  concatenation,
  conv2d,
  DEPTH_TO_SPACE,
  depthwiseConv2d,
  fullyConnected,
  FUSED,
  gather,
  HARD_SWISH,
  LOGISTIC,
  maxPool2d,
  MEAN,
  MUL,
  RESHAPE,
  SPACE_TO_DEPTH,
} from './tflite-operators.js';
import { CHANNELS, dimsOf, ModelParts } from './tflite-parts.js';

/** @param {import('../networks/network.js').Network} network @returns {Uint8Array} */
export const toTflite = (network) => {
  const model = new ModelParts(network);
  addNodes(model);
  const { tensors, operators } = model;
  return writeModel({
    tensors,
    operators,
    inputs: [model.activation(INPUT)],
    outputs: [model.activation(network.output)],
  });
};

/** Adds the operators of all nodes of a model's network. @param {ModelParts} model */
export const addNodes = (model) => {
  for (const node of model.network.nodes) WRITE[node.op](model, node);
};

/** Adds the operator that `operatorOf` makes for an activation that can be fused, then the node's if it cannot. */
const activated = (model, node, operatorOf, inputs) => {
  const { activation, output } = node;
  if (activation in FUSED) return model.emit(operatorOf(activation), inputs, node);
  const raw = model.between(`${output}.raw`, dimsOf(model.network.shapes[output]));
  ACTIVATE[activation](model, model.operate(operatorOf('none'), inputs, raw), node);
};

/** The activations that cannot be fused. */
const ACTIVATE = {
  hardswish: (model, x, node) => model.emit(HARD_SWISH, [x], node),
  /** As Keras has it: relu6(x + 3) / 6. */
  hardsigmoid(model, x, node) {
    const { output } = node;
    const three = model.constant(`${output}.three`, [1], Float32Array.of(3));
    const sixth = model.constant(`${output}.sixth`, [1], Float32Array.of(1 / 6));
    const sum = model.between(`${output}.sum`, dimsOf(model.network.shapes[output]));
    model.emit(MUL, [model.operate(add('relu6'), [x, three], sum), sixth], node);
  },
  sigmoid: (model, x, node) => model.emit(LOGISTIC, [x], node),
  silu(model, x, node) {
    const factors = model.between(`${node.output}.sigmoid`, dimsOf(model.network.shapes[node.output]));
    model.emit(MUL, [x, model.operate(LOGISTIC, [x], factors)], node);
  },
};

const WRITE = {
  conv(model, node) {
    const { weights, stride, kernel } = node;
    const { x, rule } = model.padded(node);
    const shape = weightShape(node);
    const depthwise = isDepthwise(node);
    const order = depthwise ? [1, 2, 3, 0] : [0, 2, 3, 1]; // [1, kernel, kernel, outputs] or [outputs, kernel, kernel, inputs]
    const dims = order.map((axis) => shape[axis]);
    const values = kernel === 1 ? weights : transposed(weights, shape, order);
    const constants = model.parameters(node, dims, values, depthwise ? CHANNELS : 0);
    const operatorOf = (activation) => (depthwise ? depthwiseConv2d : conv2d)(rule, stride, activation);
    activated(model, node, operatorOf, [x, ...constants]);
  },
  gather(model, node) {
    const indices = model.constant(`${node.output}.channels`, [node.channels.length], Int32Array.from(node.channels));
    model.emit(gather(CHANNELS), [...model.inputsOf(node), indices], node);
  },
  concat: (model, node) => model.emit(concatenation(CHANNELS), model.inputsOf(node), node),
  add: (model, node) => activated(model, node, add, model.inputsOf(node)),
  mul: (model, node) => model.emit(MUL, model.inputsOf(node), node),
  /** Where padding is an operator of its own, its zeros are correct because the pooled values come from a ReLU. */
  'max-pool'(model, node) {
    const { x, rule } = model.padded(node);
    model.emit(maxPool2d(rule, node.stride, node.kernel), [x], node);
  },
  average(model, node) {
    const axes = model.constant(`${node.output}.axes`, [2], Int32Array.of(1, 2));
    model.emit(MEAN, [...model.inputsOf(node), axes], node);
  },
  /** XNNPACK has no RESIZE_NEAREST_NEIGHBOR, but these two. */
  upsample(model, node) {
    const [x] = model.inputsOf(node);
    const [channels, height, width] = model.network.shapes[node.inputs[0]];
    const copies = model.between(`${node.output}.copies`, dimsOf([4 * channels, height, width]));
    model.emit(DEPTH_TO_SPACE, [model.operate(concatenation(CHANNELS), [x, x, x, x], copies)], node);
  },
  'space-to-depth': (model, node) => model.emit(SPACE_TO_DEPTH, model.inputsOf(node), node),
  positions(model, node) {
    const rows = node.inputs.map((name) => {
      const [channels, height, width] = model.network.shapes[name];
      const dims = [1, height * width, channels];
      const shape = model.constant(`${node.output}.${name}.shape`, [3], Int32Array.from(dims));
      const result = model.between(`${node.output}.${name}`, dims);
      return model.operate(RESHAPE, [model.activation(name), shape], result);
    });
    model.emit(concatenation(1), rows, node);
  },
  linear(model, node) {
    const { weights, bias } = node;
    const constants = model.parameters(node, [bias.length, weights.length / bias.length], weights, 0);
    activated(model, node, fullyConnected, [...model.inputsOf(node), ...constants]);
  },
};
