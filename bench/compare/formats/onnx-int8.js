// Writes a network of 8-bit integers as an ONNX file of floats with a QuantizeLinear and a DequantizeLinear after each node, the
// form that ONNX Runtime turns into integers.

import { INPUT } from '../networks/network.js';
import { int8Parameters, stepsOf } from './int8.js';
import { GraphParts, toOnnx } from './onnx.js';

/** @param {import('../networks/network.js').Network} network @returns {Promise<Uint8Array>} */
export const toOnnxInt8 = async (network) =>
  toOnnx(network, { parts: new Int8GraphParts(network.shapes, await stepsOf(network)) });

/** What nodes read instead of the input, which comes as floats. */
const ROUNDED_INPUT = `${INPUT}.rounded`;

const OUTPUTS = { axis: 0 };

/** Nodes and constants, with all values of the network rounded to steps. */
class Int8GraphParts extends GraphParts {
  #steps;

  /** @param {Record<string, number[]>} shapes @param {Record<string, import('./int8.js').Steps>} steps */
  constructor(shapes, steps) {
    super(shapes);
    this.#steps = steps;
    this.#round(INPUT, ROUNDED_INPUT, steps[INPUT]);
  }

  emit(op, inputs, output, attributes) {
    const read = inputs.map((name) => (name === INPUT ? ROUNDED_INPUT : name));
    // A fully connected layer is one of integers if its list is rounded, too.
    const steps = this.#steps[op === 'Flatten' ? inputs[0] : output];
    if (!steps) return super.emit(op, read, output, attributes);
    return this.#round(super.emit(op, read, `${output}.exact`, attributes), output, steps);
  }

  parameters(node, dims) {
    const { inputs, output } = node;
    const { weights, scales, bias, biasScales } = int8Parameters(node, dims, 0, this.#steps[inputs[0]].scale);
    return [
      this.#dequantized(`${output}.weight`, dims, weights, scales),
      this.#dequantized(`${output}.bias`, [bias.length], bias, biasScales),
    ];
  }

  /** Bytes are unsigned: ONNX Runtime has its fastest kernels for these. */
  #round(exact, output, { scale, zeroPoint }) {
    const steps = [
      this.constant(`${output}.scale`, [], Float32Array.of(scale)),
      this.constant(`${output}.zeroPoint`, [], Uint8Array.of(zeroPoint + 128)),
    ];
    const bytes = super.emit('QuantizeLinear', [exact, ...steps], `${output}.bytes`);
    return super.emit('DequantizeLinear', [bytes, ...steps], output);
  }

  /** Integers with a scale for each output. */
  #dequantized(name, dims, integers, scales) {
    const inputs = [
      this.constant(`${name}.integers`, dims, integers),
      this.constant(`${name}.scales`, [scales.length], scales),
      this.constant(`${name}.zeroPoints`, [scales.length], new integers.constructor(scales.length)),
    ];
    return super.emit('DequantizeLinear', inputs, name, OUTPUTS);
  }
}
