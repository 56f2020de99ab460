// NumPy arrays.

import { sizeOf } from '../../src/ir/tensor.js';
import { readNpy, writeNpy } from '../../src/node/npy.js';
import { expect, type Target } from '../engine/target.js';

export const target: Target = {
  seeds: () => ({
    floats: writeNpy({ data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] }),
    longs: writeNpy({ data: BigInt64Array.of(1n, -2n), shape: [2] }),
    scalar: writeNpy({ data: Int32Array.of(7), shape: [] }),
    flags: writeNpy({ data: Uint8Array.of(0, 1, 1), shape: [3, 1] }),
  }),
  run: (bytes) => {
    const { data, shape } = readNpy(bytes);
    expect(data.length === sizeOf(shape), `${data.length} elements, not ${shape.join('x')}`);
  },
  maxLength: 512,
};
