// The modules of kernels that few models need. Only the ops that need them import this file.

import { packed, type ModuleKernels, type ModuleName } from './generated/modules.js';
import { unpack } from './unpack.js';
import type { KernelModule } from './wasm.js';

const embedded = (name: ModuleName, kernel: keyof ModuleKernels): KernelModule => ({
  name,
  kernel,
  bytes: async () => new Uint8Array(await unpack(packed[name])).buffer,
});

/** The kernels of int8 layers. */
export const INT8_KERNELS = embedded('int8', 'convInt8');

/** The kernels of gated layers. */
export const GATED_KERNELS = embedded('gated', 'gateKept');
