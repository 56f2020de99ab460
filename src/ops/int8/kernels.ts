// The module of kernels that int8 layers need.

import { packed } from '../../kernels/generated/int8.js';
import { unpack } from '../../kernels/unpack.js';
import type { KernelModule } from '../../kernels/wasm.js';

/** The kernels of int8 networks. */
export const INT8_KERNELS: KernelModule = {
  name: 'int8',
  bytes: async () => new Uint8Array(await unpack(packed)).buffer,
};
