// Packs weights with kernels: loops of JavaScript that runs for the first time take ten times as long.

import { ALIGNMENT, type Packer } from '../ir/plan.js';
import type { Kernels } from '../kernels/wasm.js';

/** Floats that are copied at a time, few enough to stay in cache. */
const MOST = 2 ** 16;

/** A packer that overwrites the arena, which has room for a pixel of every layer. */
export const packerIn = (
  kernels: Kernels,
  { buffer }: WebAssembly.Memory,
  { arena, total }: { arena: number; total: number },
): Packer => {
  const start = total - ALIGNMENT - arena;
  const room = new Float32Array(buffer, start, Math.min(MOST, arena / 4));
  /** How many columns or rows of `size` floats are copied at a time. */
  const fitting = (size: number) => Math.max(1, Math.floor(room.length / size));
  return {
    interleave: (target, lanes, from, starts) => {
      const length = target.length / lanes;
      const most = fitting(lanes);
      const [first] = starts;
      const isOne = length <= most && starts.every((at, lane) => at === first! + lane * length);
      for (let k = 0; k < length; k += most) {
        const width = Math.min(most, length - k);
        if (isOne) room.set(from.subarray(first, first! + starts.length * length));
        else starts.forEach((at, lane) => room.set(from.subarray(at + k, at + k + width), lane * width));
        room.fill(0, starts.length * width, lanes * width);
        kernels.interleave(target.byteOffset + k * lanes * 4, start, lanes, width);
      }
    },
    panels: (target, from, columns) => {
      const depth = from.length / columns;
      const most = fitting(columns);
      for (let k = 0; k < depth; k += most) {
        const rows = from.subarray(k * columns, (k + most) * columns);
        room.set(rows);
        kernels.pack(target.byteOffset + k * 32, depth * 32, start, rows.length / columns, columns);
      }
    },
    winograd: (target, factors) => {
      // the scratch memory of these layers is larger than the factors and what the kernel needs
      new Float64Array(buffer, start).set(factors.flat());
      const n = factors.length;
      kernels.winogradWeights(target.byteOffset, target.length / n ** 2, start, n, start + 256);
    },
  };
};
