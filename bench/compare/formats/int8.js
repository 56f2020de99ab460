// Networks in 8-bit integers: an integer q of a value stands for scale * (q - zeroPoint); weights have a scale for each output
// and no zero point.

import { INPUT } from '../networks/network.js';
import { floats, uniform } from '../networks/random.js';
import { ROOT } from '../paths.js';
import { toOnnx } from './onnx.js';

/** @typedef {{ scale: number, zeroPoint: number }} Steps  of the integers of a value, which are from -128 to 127 */

/** The picture that sets the ranges of values; the one that is timed has another. */
const SEED = 98;

const LOWEST = -128;
const HIGHEST = 127;

/**
 * The steps of all values of a network, by name, from their ranges on a random picture. They are the same on every machine.
 * @param {import('../networks/network.js').Network} network
 * @returns {Promise<Record<string, Steps>>}
 */
export const stepsOf = async (network) => {
  const values = await valuesOf(network);
  const steps = { [INPUT]: covering(values[INPUT]) };
  for (const { op, inputs, output } of network.nodes)
    // The largest of some integers is one of them.
    steps[output] = op === 'max-pool' ? steps[inputs[0]] : covering(values[output]);
  return steps;
};

/** All values in floats, by name, as groupwise computes them with the same bits whatever SIMD there is. */
const valuesOf = async (network) => {
  const { convertOnnx } = await fromDist('convert.js');
  const { loadModel } = await fromDist('index.js');
  const names = network.nodes.map(({ output }) => output);
  const model = await loadModel(await convertOnnx(toOnnx(network, { outputs: names })), { deterministic: true });
  const count = network.shapes[INPUT].reduce((product, size) => product * size, 1);
  const picture = floats(uniform(SEED), count, 1);
  const outputs = model.run(picture);
  model.dispose();
  return { [INPUT]: picture, ...Object.fromEntries(names.map((name) => [name, outputs[name].data])) };
};

const fromDist = (file) => import(new URL(`dist/${file}`, ROOT).href);

/** Steps from the least to the largest of these values, and 0, which padding needs. @param {Float32Array} values */
export const covering = (values) => {
  const least = values.reduce((a, b) => Math.min(a, b), 0);
  const largest = values.reduce((a, b) => Math.max(a, b), 0);
  const scale = Math.fround((largest - least) / (HIGHEST - LOWEST));
  return { scale, zeroPoint: Math.round(LOWEST - least / scale) };
};

/**
 * Weights and bias of a node as integers, those of the bias in steps of `scale` times the weights'.
 * @param {{ weights: Float32Array, bias: Float32Array }} node
 * @param {number[]} shape of the weights
 * @param {number} axis of the outputs in that shape
 * @param {number} scale of the input
 */
export const int8Parameters = ({ weights, bias }, shape, axis, scale) => {
  const outputs = shape[axis];
  const stride = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const scales = new Float32Array(outputs);
  const integers = new Int8Array(weights.length);
  for (let place = 0; place < weights.length; place++) {
    const output = Math.floor(place / stride) % outputs;
    scales[output] = Math.max(scales[output], Math.abs(weights[place]) / HIGHEST);
  }
  for (let place = 0; place < weights.length; place++)
    integers[place] = Math.round(weights[place] / scales[Math.floor(place / stride) % outputs]);
  const biasScales = scales.map((own) => own * scale);
  return {
    weights: integers,
    scales,
    bias: Int32Array.from(bias, (value, output) => Math.round(value / biasScales[output])),
    biasScales,
  };
};
