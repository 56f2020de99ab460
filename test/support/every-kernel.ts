// Kernels for tests of ops: those of every model, and those of the modules that few models need.

import { compile } from '../../src/kernels/compile.js';
import { GATED_KERNELS, INT8_KERNELS } from '../../src/kernels/modules.js';
import { addKernels } from '../../src/kernels/more.js';
import { hasSimd, instantiateOn, type Build, type Host, type Kernels } from '../../src/kernels/wasm.js';

/** All kernels that a host can run. */
export const everyKernel = async (host: Host, build: Build, memory: WebAssembly.Memory): Promise<Kernels> => {
  const own = await host.instantiate(build, memory);
  const tools = { compile, hasSimd, instantiateOn };
  return host.isExact ? own : addKernels(own, memory, [INT8_KERNELS, GATED_KERNELS], host, tools);
};
