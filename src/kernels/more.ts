// Kernels that few models need, on the memory of a model's other kernels.

import { EngineError } from '../errors.js';
import type { compile } from './compile.js';
import type { hasSimd, Host, instantiateOn, KernelModule, Kernels } from './wasm.js';

/** Functions of modules that are loaded already. */
export type KernelTools = { compile: typeof compile; hasSimd: typeof hasSimd; instantiateOn: typeof instantiateOn };

/**
 * The kernels with those of the modules. `shared` makes the bytes of a module those of one with a shared memory.
 *
 * @throws {EngineError} if the engine cannot run a module
 */
export const addKernels = async (
  kernels: Kernels,
  memory: WebAssembly.Memory,
  modules: readonly KernelModule[],
  host: Host,
  { compile, hasSimd, instantiateOn }: KernelTools,
  shared?: (bytes: Uint8Array) => Uint8Array<ArrayBuffer>,
): Promise<Kernels> => {
  const parts = modules.map(async ({ name, bytes }) => {
    if (typeof WebAssembly !== 'object' || !hasSimd())
      throw new EngineError(
        `this model has ${name} layers, whose kernels need WebAssembly SIMD: load the model of floats`,
      );
    const given = shared ? undefined : host.given?.(name);
    if (given) return instantiateOn(await given, memory);
    const module = await bytes();
    return instantiateOn(await compile(shared ? shared(new Uint8Array(module)).buffer : module), memory);
  });
  return Object.assign({}, kernels, { memory }, ...(await Promise.all(parts))) as Kernels;
};
