// A small classifier with layers that can be pruned: 1x1, 3x3 with a residual, and 3x3 with stride 2.

import { convertOnnx, type ConvertOptions } from '../../src/convert.js';
import type { ModelFile } from '../../src/format/read.js';
import type { Preprocess } from '../../src/image/preprocess-spec.js';
import { floats, writeOnnx } from './onnx/write.js';
import { readModel } from './read-model.js';
import { seededFloats } from './seeded.js';

/** Width and height of its photos. */
export const SIDE = 9;
/** Names of its classes. */
export const LABELS = ['ant', 'bee', 'cat', 'dog', 'elk'];

/** How a photo becomes its input: pixels from -1 to 1. */
export const preprocess: Preprocess = {
  width: SIDE,
  height: SIDE,
  resize: 'none',
  shortSide: 0,
  filter: 'bilinear',
  order: 'RGB',
  divisor: 255,
  mean: [0.5],
  std: [0.5],
  fill: 0,
};

const weights = (name: string, shape: number[], seed: number) => {
  const count = shape.reduce((product, size) => product * size, 1);
  const scale = Math.sqrt((6 * shape[0]!) / count);
  return floats(name, shape, [...seededFloats(count, seed, -scale, scale)]);
};

/** The network, with a score for each of so many classes. */
export const onnxFor = (classes: number): Uint8Array =>
  writeOnnx({
    nodes: [
      { op: 'Conv', inputs: ['x', 'w1', 'b1'], outputs: ['c1'], attributes: { pads: [1, 1, 1, 1] } },
      { op: 'Relu', inputs: ['c1'], outputs: ['r1'] },
      { op: 'Conv', inputs: ['r1', 'w2'], outputs: ['c2'] },
      { op: 'Relu', inputs: ['c2'], outputs: ['r2'] },
      { op: 'Conv', inputs: ['r2', 'w3', 'b1'], outputs: ['c3'], attributes: { pads: [1, 1, 1, 1] } },
      { op: 'Add', inputs: ['c3', 'r1'], outputs: ['a3'] },
      { op: 'Relu', inputs: ['a3'], outputs: ['r3'] },
      {
        op: 'Conv',
        inputs: ['r3', 'w4'],
        outputs: ['c4'],
        attributes: { strides: [2, 2], pads: [1, 1, 1, 1] },
      },
      { op: 'Relu', inputs: ['c4'], outputs: ['r4'] },
      { op: 'GlobalAveragePool', inputs: ['r4'], outputs: ['p'] },
      { op: 'Flatten', inputs: ['p'], outputs: ['f'] },
      { op: 'Gemm', inputs: ['f', 'v'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', dims: ['N', 3, SIDE, SIDE] }],
    outputs: ['y'],
    tensors: [
      weights('w1', [16, 3, 3, 3], 1),
      weights('w2', [24, 16, 1, 1], 2),
      weights('w3', [16, 24, 3, 3], 3),
      weights('w4', [20, 16, 3, 3], 4),
      floats('v', [20, classes], [...seededFloats(20 * classes, 5, -1, 1)]),
      floats('b1', [16], [...seededFloats(16, 6, -0.2, 0.2)]),
    ],
  });

/** The network for its classes. */
export const onnx = onnxFor(LABELS.length);

/** The bytes of its model file. */
export const modelBytes = (options: ConvertOptions = { preprocess, labels: LABELS }) => convertOnnx(onnx, options);

/** Its model file. */
export const prunable = async (): Promise<ModelFile> => readModel(await modelBytes());

/** Inputs that are random but smooth, as photos are. */
export const photosFor = (count: number, seed: number): Float32Array[] =>
  Array.from({ length: count }, (_, photo) => {
    const waves = seededFloats(12, seed * 1000 + photo, -1, 1);
    return Float32Array.from({ length: 3 * SIDE * SIDE }, (__, i) => {
      const [channel, y, x] = [Math.floor(i / SIDE / SIDE), Math.floor(i / SIDE) % SIDE, i % SIDE];
      const [a, b, c, d] = waves.subarray(channel * 4);
      return a! * 0.5 + b! * Math.sin(c! * x + d! * y);
    });
  });
