// Makes attacks by networks: files of ONNX or TensorFlow Lite that are converted.

import type { ConvertOptions } from '../../../src/convert.js';
import { floats, writeOnnx, type InfoSpec, type ModelSpec, type NodeSpec, type TensorSpec } from '../onnx/write.js';
import type { Attack } from './attack.js';

/** An attack by the bytes of an ONNX file. */
export const onnxBytes = (name: string, make: () => Uint8Array, options?: ConvertOptions): Attack => ({
  name,
  prepare: () => {
    const bytes = make();
    return { bytes: bytes.length, run: ({ convert }) => convert.convertOnnx(bytes, options) };
  },
});

/** An attack by an ONNX network. */
export const onnx = (name: string, make: () => ModelSpec, options?: ConvertOptions): Attack =>
  onnxBytes(name, () => writeOnnx(make()), options);

/** An attack by the bytes of a TensorFlow Lite file. */
export const tflite = (name: string, make: () => Uint8Array): Attack => ({
  name,
  prepare: () => {
    const bytes = make();
    return { bytes: bytes.length, run: ({ convert }) => convert.convertTflite(bytes) };
  },
});

/** The integers from 0 to `count` - 1. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** A list of `count` elements. */
export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** The name of a chain's value: `x` comes before the first node, `y` after the last. */
const link = (index: number, count: number): string => (index < 0 ? 'x' : index === count - 1 ? 'y' : `b${index}`);

/** Nodes of which each reads the one before. */
export const chain = (count: number, make: (from: string, to: string, index: number) => NodeSpec): NodeSpec[] =>
  times(count, (index) => make(link(index - 1, count), link(index, count), index));

/** Input `x` of a few numbers. */
export const NUMBERS: InfoSpec[] = [{ name: 'x', dims: [1, 3] }];

/** Input `x` of any size. */
export const ANY_SIZE: InfoSpec[] = [{ name: 'x', dims: ['N', 3, 'H', 'W'] }];

/** Input `x`, an image. */
export const image = (channels: number, size: number): InfoSpec[] => [{ name: 'x', dims: [1, channels, size, size] }];

/** The network from `x` to `y` of these nodes. */
export const network = (nodes: NodeSpec[], tensors: TensorSpec[] = [], inputs = NUMBERS): ModelSpec => ({
  nodes,
  inputs,
  outputs: ['y'],
  tensors,
  opset: 20,
});

/** A network that adds the mean of a constant, `from`, which the nodes before compute. */
export const constantNetwork = (nodes: NodeSpec[], from: string, tensors: TensorSpec[]): ModelSpec =>
  network(
    [
      ...nodes,
      { op: 'ReduceMean', inputs: [from], outputs: ['mean'], attributes: { keepdims: 0 } },
      { op: 'Add', inputs: ['x', 'mean'], outputs: ['y'] },
    ],
    tensors,
  );

/** A matrix of 3 x 3, or weights that have as many elements. */
export const nine = (name: string, dims: number[]): TensorSpec => floats(name, dims, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
