// Makes small TensorFlow Lite models that attack the converter.

import { bytesOf, writeTflite, type ModelSpec, type NodeSpec, type TensorSpec } from '../tflite/write.js';
import { tflite } from './conversion-attack.js';

const INT32 = 2;

/** The largest integer of 32 bits. */
export const BIG = 2 ** 31 - 1;

/** The input. */
export const x = (shape: number[] = [1, 3]): TensorSpec => ({ name: 'x', shape });

/** The output. */
export const y = (shape: number[] = [1, 3]): TensorSpec => ({ name: 'y', shape });

/** A constant of integers. */
export const ints = (values: number[], shape = [values.length]): TensorSpec => ({
  shape,
  type: INT32,
  data: bytesOf(Int32Array, values),
});

/** A model from the first tensor to the second. */
export const model = (tensors: TensorSpec[], nodes: NodeSpec[], more: Partial<ModelSpec> = {}): Uint8Array =>
  writeTflite({ tensors, nodes, inputs: [0], outputs: [1], ...more });

/** An attack by one operator, which reads the first tensor and those from the third on. */
export const one = (
  name: string,
  op: string,
  constants: TensorSpec[],
  more: Partial<NodeSpec> = {},
  from = x(),
  to = y(),
) =>
  tflite(name, () =>
    model([from, to, ...constants], [{ op, inputs: [0, ...constants.map((_, i) => i + 2)], outputs: [1], ...more }]),
  );

/** A node from the first tensor to the second. */
export const RELU: NodeSpec = { op: 'RELU', inputs: [0], outputs: [1] };
