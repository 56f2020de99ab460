// Writes a network as a TFLite file of 8-bit integers, as TensorFlow Lite's converter does: floats outside, integers inside.

import { INPUT } from '../networks/network.js';
import { int8Parameters, stepsOf } from './int8.js';
import { addNodes } from './tflite.js';
import { writeModel } from './tflite-file.js';
import { DEQUANTIZE, QUANTIZE } from './tflite-operators.js';
import { dimsOf, INT8, ModelParts } from './tflite-parts.js';

/** @param {import('../networks/network.js').Network} network @returns {Promise<Uint8Array>} */
export const toTfliteInt8 = async (network) => {
  const model = new Int8ModelParts(network, await stepsOf(network));
  const picture = model.between('picture', dimsOf(network.shapes[INPUT]));
  const result = model.between('result', dimsOf(network.shapes[network.output]));
  model.operate(QUANTIZE, [picture], model.activation(INPUT));
  addNodes(model);
  model.operate(DEQUANTIZE, [model.activation(network.output)], result);
  const { tensors, operators } = model;
  return writeModel({ tensors, operators, inputs: [picture], outputs: [result] });
};

/** Collects tensors of integers. */
class Int8ModelParts extends ModelParts {
  #steps;

  /** @param {import('../networks/network.js').Network} network @param {Record<string, import('./int8.js').Steps>} steps */
  constructor(network, steps) {
    super(network);
    this.#steps = steps;
  }

  numbersOf(name) {
    const { scale, zeroPoint } = this.#steps[name];
    return { type: INT8, steps: { scales: [scale], zeroPoints: [zeroPoint], axis: 0 } };
  }

  parameters(node, shape, weights, axis) {
    const { inputs, output, bias } = node;
    const integers = int8Parameters({ weights, bias }, shape, axis, this.#steps[inputs[0]].scale);
    const zeroPoints = new Array(bias.length).fill(0);
    return [
      this.constant(`${output}.weight`, shape, integers.weights, { scales: integers.scales, zeroPoints, axis }),
      this.constant(`${output}.bias`, [bias.length], integers.bias, {
        scales: integers.biasScales,
        zeroPoints,
        axis: 0,
      }),
    ];
  }
}
