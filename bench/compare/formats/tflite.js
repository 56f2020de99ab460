// Writes a network as a TFLite file: NHWC, 32-bit floats, activations fused. Codes are those of TensorFlow Lite's
// schema.fbs.

import { INPUT, isDepthwise, weightShape } from '../networks/network.js';
import { writeModel } from './tflite-file.js';
import { transposed } from './layout.js';

const ACTIVATIONS = { none: 0, relu: 1, relu6: 3 };
const SAME = 0;
const VALID = 1;
const CHANNELS = 3;
const FLOAT32 = 0;
const INT32 = 2;

/** @param {import('../networks/network.js').Network} network @returns {Uint8Array} */
export const toTflite = (network) => {
  const model = new ModelParts(network);
  for (const node of network.nodes) WRITE[node.op](model, node);
  const { tensors, operators } = model;
  return writeModel({
    tensors,
    operators,
    inputs: [model.activation(INPUT)],
    outputs: [model.activation(network.output)],
  });
};

/** Tensors and operators so far. */
class ModelParts {
  tensors = [];
  operators = [];
  #activations = new Map();

  constructor(network) {
    this.network = network;
  }

  /** Index of the tensor of an activation, which is created on first use. */
  activation(name) {
    const shape = this.network.shapes[name];
    if (!this.#activations.has(name))
      this.#activations.set(name, this.#tensor({ name, type: FLOAT32, shape: batched(shape) }));
    return this.#activations.get(name);
  }

  /** Index of a new constant. */
  constant(name, shape, data) {
    return this.#tensor({ name, type: data instanceof Float32Array ? FLOAT32 : INT32, shape, data });
  }

  /** Adds an operator that computes the node's output from these tensors. */
  emit(operator, tensors, node) {
    this.operators.push({ ...operator, inputs: tensors, outputs: [this.activation(node.output)] });
  }

  /**
   * The tensor that a window of a given padding slides over, and TFLite's name for the padding. SAME pads a stride of 2
   * on the right first, PyTorch on both sides, so that such a picture is padded by an operator of its own.
   */
  padded(node) {
    const {
      inputs: [input],
      output,
      kernel,
      stride,
      padding,
    } = node;
    if (padding === 0) return { x: this.activation(input), rule: VALID };
    if (stride === 1 && 2 * padding === kernel - 1) return { x: this.activation(input), rule: SAME };
    const [channels, height, width] = this.network.shapes[input];
    const shape = batched([channels, height + 2 * padding, width + 2 * padding]);
    const x = this.#tensor({ name: `${output}.padded`, type: FLOAT32, shape });
    const amounts = this.constant(
      `${output}.padding`,
      [4, 2],
      Int32Array.of(0, 0, padding, padding, padding, padding, 0, 0),
    );
    this.operators.push({ ...PAD, inputs: [this.activation(input), amounts], outputs: [x] });
    return { x, rule: VALID };
  }

  #tensor(tensor) {
    return this.tensors.push(tensor) - 1;
  }
}

/** A shape with a batch of 1, channels last. */
const batched = ([channels, ...sides]) => [1, ...sides, channels];

// Operators: code, kind and fields of their options. A field is its type and value, in the order of the schema.
const byte = (value) => ['Int8', value];
const int = (value) => ['Int32', value];
const PAD = { code: 34, options: 22, fields: [] };
const MEAN = { code: 40, options: 27, fields: [] };
const conv2d = (rule, stride, activation) => ({
  code: 3,
  options: 1,
  fields: [byte(rule), int(stride), int(stride), byte(activation), int(1), int(1)],
});
const depthwiseConv2d = (rule, stride, activation) => ({
  code: 4,
  options: 2,
  fields: [byte(rule), int(stride), int(stride), int(1), byte(activation), int(1), int(1)],
});
const maxPool2d = (rule, stride, kernel) => ({
  code: 17,
  options: 5,
  fields: [byte(rule), int(stride), int(stride), int(kernel), int(kernel), byte(0)],
});
const ADD = (activation) => ({ code: 0, options: 11, fields: [byte(activation)] });
const CONCATENATION = { code: 2, options: 10, fields: [int(CHANNELS), byte(0)] };
const GATHER = { code: 36, options: 23, fields: [int(CHANNELS)] };
const FULLY_CONNECTED = { code: 9, options: 8, fields: [byte(0)] };

const WRITE = {
  conv(model, node) {
    const { output, weights, bias, stride, kernel } = node;
    const { x, rule } = model.padded(node);
    const shape = weightShape(node);
    const depthwise = isDepthwise(node);
    const order = depthwise ? [1, 2, 3, 0] : [0, 2, 3, 1]; // [1, kernel, kernel, outputs] or [outputs, kernel, kernel, inputs]
    const values = kernel === 1 ? weights : transposed(weights, shape, order);
    const constants = [
      model.constant(
        `${output}.weight`,
        order.map((axis) => shape[axis]),
        values,
      ),
      model.constant(`${output}.bias`, [bias.length], bias),
    ];
    model.emit(
      (depthwise ? depthwiseConv2d : conv2d)(rule, stride, ACTIVATIONS[node.activation]),
      [x, ...constants],
      node,
    );
  },
  gather(model, node) {
    const indices = model.constant(`${node.output}.channels`, [node.channels.length], Int32Array.from(node.channels));
    model.emit(GATHER, [model.activation(node.inputs[0]), indices], node);
  },
  concat(model, node) {
    model.emit(
      CONCATENATION,
      node.inputs.map((name) => model.activation(name)),
      node,
    );
  },
  add(model, node) {
    model.emit(
      ADD(ACTIVATIONS[node.activation]),
      node.inputs.map((name) => model.activation(name)),
      node,
    );
  },
  /** Padding with 0 is correct because the pooled values come from a ReLU. */
  'max-pool'(model, node) {
    const { x, rule } = model.padded(node);
    model.emit(maxPool2d(rule, node.stride, node.kernel), [x], node);
  },
  average(model, node) {
    const axes = model.constant(`${node.output}.axes`, [2], Int32Array.of(1, 2));
    model.emit(MEAN, [model.activation(node.inputs[0]), axes], node);
  },
  linear(model, node) {
    const { output, weights, bias } = node;
    const constants = [
      model.constant(`${output}.weight`, [bias.length, weights.length / bias.length], weights),
      model.constant(`${output}.bias`, [bias.length], bias),
    ];
    model.emit(FULLY_CONNECTED, [model.activation(node.inputs[0]), ...constants], node);
  },
};
