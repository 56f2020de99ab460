// A classifier of small pictures with seven classes, for tests.

import * as assert from 'uvu/assert';
import { convertOnnx, type ConvertOptions } from '../../src/convert.js';
import { presets } from '../../src/image/presets.js';
import type { Preprocess } from '../../src/image/preprocess-spec.js';
import { loadClassifier, type ClassifierOptions } from '../../src/node.js';
import { floats, longs, writeOnnx, type NodeSpec } from './onnx/write.js';
import { seededFloats } from './seeded.js';

/** Number of classes. */
export const CLASSES = 7;
/** Names of the classes. */
export const LABELS = ['ant', 'bee', 'cat', 'dog', 'elk', 'fox', 'gnu'];
/** How a picture becomes the input. */
export const how: Preprocess = { ...presets.inception(6), shortSide: 7 };

/** A network from an image [N,3,6,6] to `CLASSES` scores; `tail` computes `y` from the scores `logits`. */
export const network = (
  tail: NodeSpec[] = [{ op: 'Identity', inputs: ['logits'], outputs: ['y'] }],
  batch: number | string = 'N',
): Uint8Array =>
  writeOnnx({
    nodes: [
      { op: 'Conv', inputs: ['x', 'w'], outputs: ['c'] },
      { op: 'Relu', inputs: ['c'], outputs: ['r'] },
      { op: 'GlobalAveragePool', inputs: ['r'], outputs: ['p'] },
      { op: 'Flatten', inputs: ['p'], outputs: ['features'] },
      { op: 'Gemm', inputs: ['features', 'v', 'b'], outputs: ['logits'] },
      ...tail,
    ],
    inputs: [{ name: 'x', dims: [batch, 3, 6, 6] }],
    outputs: ['y'],
    tensors: [
      floats('w', [4, 3, 3, 3], [...seededFloats(108, 1, -1, 1)]),
      floats('v', [4, CLASSES], [...seededFloats(28, 2, -3, 3)]),
      floats('b', [CLASSES], [...seededFloats(CLASSES, 3, -1, 1)]),
      longs('flat', [-1, CLASSES]),
    ],
  });

/** The converted network, loaded. */
export const load = async (onnx: Uint8Array, convert: ConvertOptions = {}, options: ClassifierOptions = {}) =>
  loadClassifier(await convertOnnx(onnx, { preprocess: how, labels: LABELS, ...convert }), {
    deterministic: true,
    ...options,
  });

/** What a call throws. */
export const errorOf = async (call: () => unknown): Promise<Error> => {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  return assert.unreachable('nothing was thrown') as never;
};
