// Kernels that few models need, on the memory of a model's other kernels.

import { EngineError } from '../errors.js';
import type { hasSimd, Host, instantiateOn, KernelModule, Kernels } from './wasm.js';

/** Functions of modules that are loaded already. */
export type KernelTools = {
  compile: (bytes: ArrayBuffer) => Promise<WebAssembly.Module>;
  hasSimd: typeof hasSimd;
  instantiateOn: typeof instantiateOn;
};

/**
 * The kernels with those of the modules that they lack.
 *
 * @throws {EngineError} if the engine cannot run a module, or compiles none and the caller does not provide it
 */
export const addKernels = async (
  kernels: Kernels,
  memory: WebAssembly.Memory,
  modules: readonly KernelModule[],
  host: Host,
  { compile, hasSimd, instantiateOn }: KernelTools,
): Promise<Kernels> => {
  const compiled = async ({ name, bytes }: KernelModule): Promise<WebAssembly.Module> => {
    const given = host.given?.(name);
    if (given) return given;
    try {
      return await compile(await bytes());
    } catch (cause) {
      throw new EngineError(
        `${(cause as Error).message}; this model has ${name} layers: option kernels takes their kernels, groupwise/kernels/${name}.wasm, as ${name}`,
        { cause },
      );
    }
  };
  const parts = modules
    .filter(({ kernel }) => !(kernel in kernels))
    .map(async (module) => {
      const { name } = module;
      if (typeof WebAssembly !== 'object' || !(memory instanceof WebAssembly.Memory) || !hasSimd())
        throw new EngineError(
          `this model has ${name} layers, whose kernels need WebAssembly SIMD: load a model without ${name} layers`,
        );
      const functions = await instantiateOn<Partial<Kernels>>(await compiled(module), memory);
      if (!(module.kernel in functions))
        throw new EngineError(
          `option kernels: ${name} is another WebAssembly module; expected groupwise/kernels/${name}.wasm`,
        );
      return functions;
    });
  return Object.assign({}, kernels, { memory }, ...(await Promise.all(parts))) as Kernels;
};
