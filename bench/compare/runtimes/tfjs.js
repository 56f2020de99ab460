// TensorFlow.js on its WebAssembly backend: calls the fused ops directly, without the graph interpreter.

import { transposed } from '../formats/layout.js';
import { INPUT } from '../networks/network.js';
import { isDepthwise, weightShape } from '../networks/nodes.js';
import { PACKAGES } from '../paths.js';
import { APPLY } from './tfjs-ops.js';

export const title = 'TensorFlow.js (wasm)';
export const packageName = '@tensorflow/tfjs-backend-wasm';
export const channels = () => 'last';
export const relaxed = false;
export const forms = ['masked', 'gathered']; // it has no convolution in equal groups
export const download = [
  '@tensorflow/tfjs-core/dist/tf-core.fesm.min.js',
  '@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.fesm.min.js',
  '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
];

/** Weights in TensorFlow's order: [kernel, kernel, inputs, outputs], or [kernel, kernel, channels, 1] of depthwise convolutions. */
export const prepare = (network) => ({
  ...network,
  output: network.output,
  nodes: network.nodes.map((node) => {
    if (node.op === 'linear') {
      const shape = [node.bias.length, node.weights.length / node.bias.length];
      return { ...node, shape: shape.toReversed(), weights: transposed(node.weights, shape, [1, 0]) };
    }
    if (node.op === 'space-to-depth') return { ...node, inputChannels: network.shapes[node.inputs[0]][0] };
    if (node.op !== 'conv') return node;
    const depthwise = isDepthwise(node);
    const order = depthwise ? [2, 3, 0, 1] : [2, 3, 1, 0];
    const shape = weightShape(node);
    return {
      ...node,
      depthwise,
      shape: order.map((axis) => shape[axis]),
      weights: transposed(node.weights, shape, order),
    };
  }),
});

const DIST = '@tensorflow/tfjs-backend-wasm/dist/';

export const importIn = {
  /** Its ES modules name files without extensions, which Node refuses. */
  async node() {
    const { createRequire } = await import('node:module');
    const require = createRequire(import.meta.url);
    require('@tensorflow/tfjs-backend-wasm');
    return require('@tensorflow/tfjs-core');
  },
  async page() {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(new URL(DIST, PACKAGES).href);
    return import('@tensorflow/tfjs-core');
  },
};

/** The backend also imports modules of Node, which its package replaces by empty ones in bundles for browsers. */
export const importMap = {
  '@tensorflow/tfjs-core': '@tensorflow/tfjs-core/dist/tf-core.fesm.min.js',
  '@tensorflow/tfjs-backend-wasm': `${DIST}tf-backend-wasm.fesm.min.js`,
  ...Object.fromEntries(['fs', 'os', 'path', 'perf_hooks'].map((name) => [name, null])),
};

export const load = async (tf, network) => {
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  tf.enableProdMode();
  await tf.setBackend('wasm');
  const [channels, height, width] = network.shapes[INPUT];
  const lastReader = new Map(network.nodes.flatMap(({ inputs }, i) => inputs.map((name) => [name, i])));
  const steps = network.nodes.map((node, i) => ({
    ...node,
    apply: APPLY[node.op](tf, node),
    done: [...new Set(node.inputs)].filter((name) => lastReader.get(name) === i),
  }));
  return { tf, steps, output: network.output, dims: [1, height, width, channels] };
};

export const run = ({ tf, steps, output, dims }, picture) => {
  const result = tf.tidy(() => {
    const values = { [INPUT]: tf.tensor4d(picture, dims) };
    for (const step of steps) {
      values[step.output] = step.apply(step.inputs.map((name) => values[name]));
      for (const name of step.done) values[name].dispose();
    }
    return values[output];
  });
  const data = result.dataSync();
  result.dispose();
  return data;
};
