// Collects the tensors and operators of a TFLite model.

import { DENSIFY, PAD, SAME, VALID } from './tflite-operators.js';

/** Values of the enumeration TensorType. */
const FLOAT32 = 0;
const INT32 = 2;
export const INT8 = 9;

const typeOf = (data) => {
  if (data instanceof Float32Array) return FLOAT32;
  return data instanceof Int8Array ? INT8 : INT32;
};

/** Axis of the channels. */
export const CHANNELS = 3;

export class ModelParts {
  tensors = [];
  operators = [];
  #activations = new Map();

  /** @param {import('../networks/network.js').Network} network */
  constructor(network) {
    this.network = network;
  }

  /** Index of the tensor of an activation, which is created on first use. */
  activation(name) {
    if (!this.#activations.has(name))
      this.#activations.set(name, this.#like(name, name, dimsOf(this.network.shapes[name])));
    return this.#activations.get(name);
  }

  /** Indices of the tensors that a node reads. */
  inputsOf({ inputs }) {
    return inputs.map((name) => this.activation(name));
  }

  /** Index of a new tensor between two operators of a node. */
  between(name, dims) {
    return this.#tensor({ name, type: FLOAT32, shape: dims });
  }

  /** Type of the tensor of an activation, and the steps of its integers. */
  numbersOf() {
    return { type: FLOAT32 };
  }

  /** Index of a new constant; integers may have steps. */
  constant(name, shape, data, steps) {
    return this.#tensor({ name, type: typeOf(data), shape, data, steps });
  }

  /** Indices of the weights and the bias of a node; the weights have its outputs along an axis. */
  parameters({ output, bias, sparse }, shape, weights) {
    return [
      this[sparse ? 'sparseConstant' : 'constant'](`${output}.weight`, shape, weights),
      this.constant(`${output}.bias`, [bias.length], bias),
    ];
  }

  /** Index of a tensor that an operator unpacks from a new constant, of which the file has only values that are not 0. */
  sparseConstant(name, shape, values) {
    const places = Array.from(values.keys()).filter((place) => values[place] !== 0);
    const columns = shape.at(-1);
    const segments = new Array(values.length / columns + 1).fill(0);
    for (const place of places) segments[Math.floor(place / columns) + 1]++;
    for (let row = 1; row < segments.length; row++) segments[row] += segments[row - 1];
    const data = Float32Array.from(places, (place) => values[place]);
    const rows = { segments, indices: places.map((place) => place % columns) };
    const packed = this.#tensor({ name: `${name}.packed`, type: FLOAT32, shape, data, rows });
    return this.operate(DENSIFY, [packed], this.between(name, shape));
  }

  /** Adds an operator that computes one tensor from others; returns the index of the former. */
  operate(operator, inputs, output) {
    this.operators.push({ ...operator, inputs, outputs: [output] });
    return output;
  }

  /** Adds an operator that computes the node's output from these tensors. */
  emit(operator, inputs, node) {
    this.operate(operator, inputs, this.activation(node.output));
  }

  /**
   * The tensor that a window of a given padding slides over, and TFLite's name for the padding. SAME pads a stride of 2
   * on the right first, PyTorch on both sides, so that such a picture is padded by an operator of its own.
   */
  padded({ inputs, output, kernel, stride, padding }) {
    const [input] = inputs;
    const x = this.activation(input);
    if (padding === 0) return { x, rule: VALID };
    if (stride === 1 && 2 * padding === kernel - 1) return { x, rule: SAME };
    const [channels, height, width] = this.network.shapes[input];
    const dims = dimsOf([channels, height + 2 * padding, width + 2 * padding]);
    const result = this.#like(input, `${output}.padded`, dims);
    const amounts = this.constant(
      `${output}.padding`,
      [4, 2],
      Int32Array.of(0, 0, padding, padding, padding, padding, 0, 0),
    );
    return { x: this.operate(PAD, [x, amounts], result), rule: VALID };
  }

  /** Index of a new tensor with numbers like those of an activation. */
  #like(activation, name, shape) {
    return this.#tensor({ name, shape, ...this.numbersOf(activation) });
  }

  #tensor(tensor) {
    return this.tensors.push(tensor) - 1;
  }
}

/** A shape with a batch of 1; maps have their channels last. */
export const dimsOf = (shape) => {
  if (shape.length < 3) return [1, ...shape];
  const [channels, height, width] = shape;
  return [1, height, width, channels];
};
