// Writes a network as an ONNX file, as torch.onnx exports it: NCHW, batch normalisation folded, activations as nodes of
// their own.

import { INPUT } from '../networks/network.js';
import { weightShape } from '../networks/nodes.js';
import { writeOnnxFile } from './onnx-file.js';

/**
 * @param {import('../networks/network.js').Network} network
 * @param {object} [options]
 * @param {number} [options.batch] images
 * @param {string[]} [options.outputs] names of values
 * @param {GraphParts} [options.parts] what collects the nodes
 * @returns {Uint8Array}
 */
export const toOnnx = (network, options = {}) => {
  const { batch = 1, outputs = [network.output], parts = new GraphParts(network.shapes) } = options;
  for (const node of network.nodes) WRITE[node.op](parts, node);
  const named = (name) => ({ name, dims: [batch, ...network.shapes[name]] });
  return writeOnnxFile({ ...parts, input: named(INPUT), outputs: outputs.map(named) });
};

/** Nodes and constants so far. */
export class GraphParts {
  nodes = [];
  tensors = [];

  constructor(shapes) {
    Object.defineProperty(this, 'shapes', { value: shapes });
    this.constant('zero', [], Float32Array.of(0));
    this.constant('six', [], Float32Array.of(6));
  }

  /** Adds a node; returns the name of its output. */
  emit(op, inputs, output, attributes = {}) {
    this.nodes.push({ op, inputs, output, attributes });
    return output;
  }

  /** Adds a constant; returns its name. */
  constant(name, dims, values) {
    this.tensors.push({ name, dims, values });
    return name;
  }

  /** Adds a constant list of integers; returns its name. */
  integers(name, values) {
    return this.constant(name, [values.length], BigInt64Array.from(values, BigInt));
  }

  /** Weights and bias of a node. */
  parameters({ output, weights, bias }, dims) {
    return [this.constant(`${output}.weight`, dims, weights), this.constant(`${output}.bias`, [bias.length], bias)];
  }

  /** Adds a node, then its activation. */
  activated({ activation, output }, op, inputs, attributes) {
    const raw = activation === 'none' ? output : `${output}.raw`;
    this.emit(op, inputs, raw, attributes);
    if (activation !== 'none') ACTIVATE[activation](this, raw, output);
  }
}

/** For each activation, what computes it. */
const ACTIVATE = {
  relu: (parts, x, output) => parts.emit('Relu', [x], output),
  relu6: (parts, x, output) => parts.emit('Clip', [x, 'zero', 'six'], output),
  hardswish: (parts, x, output) => parts.emit('HardSwish', [x], output),
  hardsigmoid: (parts, x, output) => parts.emit('HardSigmoid', [x], output, { alpha: { float: 1 / 6 } }),
  sigmoid: (parts, x, output) => parts.emit('Sigmoid', [x], output),
  silu: (parts, x, output) => parts.emit('Mul', [x, parts.emit('Sigmoid', [x], `${output}.sigmoid`)], output),
};

const CHANNELS = { axis: 1 };

const windowOf = ({ kernel, stride, padding }) => ({
  kernel_shape: [kernel, kernel],
  strides: [stride, stride],
  pads: [padding, padding, padding, padding],
});

const WRITE = {
  conv(parts, node) {
    const inputs = [...node.inputs, ...parts.parameters(node, weightShape(node))];
    parts.activated(node, 'Conv', inputs, { ...windowOf(node), group: node.groups });
  },
  gather(parts, { inputs, output, channels }) {
    parts.emit('Gather', [...inputs, parts.integers(`${output}.channels`, channels)], output, CHANNELS);
  },
  concat: (parts, { inputs, output }) => parts.emit('Concat', inputs, output, CHANNELS),
  add: (parts, node) => parts.activated(node, 'Add', node.inputs),
  mul: (parts, { inputs, output }) => parts.emit('Mul', inputs, output),
  'max-pool': (parts, node) => parts.emit('MaxPool', node.inputs, node.output, windowOf(node)),
  average: (parts, { inputs, output }) => parts.emit('GlobalAveragePool', inputs, output),
  upsample(parts, { inputs, output }) {
    const scales = parts.constant(`${output}.scales`, [4], Float32Array.of(1, 1, 2, 2));
    const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
    parts.emit('Resize', [...inputs, '', scales], output, attributes);
  },
  /** Slices of every other row and column, as in YOLOX's focus layer. */
  'space-to-depth'(parts, { inputs, output }) {
    const [, height, width] = parts.shapes[inputs[0]];
    const ends = parts.integers(`${output}.ends`, [height, width]);
    const axes = parts.integers(`${output}.axes`, [2, 3]);
    const steps = parts.integers(`${output}.steps`, [2, 2]);
    const corners = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ];
    const slices = corners.map((corner) => {
      const starts = parts.integers(`${output}.starts${corner.join('')}`, corner);
      return parts.emit('Slice', [...inputs, starts, ends, axes, steps], `${output}.corner${corner.join('')}`);
    });
    parts.emit('Concat', slices, output, CHANNELS);
  },
  positions(parts, { inputs, output }) {
    const shape = parts.integers(`${output}.shape`, [0, 0, -1]);
    const lists = inputs.map((name) => parts.emit('Reshape', [name, shape], `${output}.${name}`));
    parts.emit('Concat', lists, `${output}.joined`, { axis: 2 });
    parts.emit('Transpose', [`${output}.joined`], output, { perm: [0, 2, 1] });
  },
  linear(parts, node) {
    const { inputs, output, weights, bias } = node;
    const isMap = parts.shapes[inputs[0]].length > 1;
    const list = isMap ? [parts.emit('Flatten', inputs, `${output}.list`, CHANNELS)] : inputs;
    const constants = parts.parameters(node, [bias.length, weights.length / bias.length]);
    parts.activated(node, 'Gemm', [...list, ...constants], { transB: 1 });
  },
};
