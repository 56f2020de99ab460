// The kernels that prepare pictures: those of a model in another instance, since a model's memory is full.

import { PAGE, type Build, type Host, type Kernels } from './wasm.js';

const kept = new WeakMap<Host, Promise<Kernels>>();

/**
 * Kernels of a host with a small memory for pictures, kept for the next picture.
 *
 * @param build the one that a model uses; default one that the engine can run
 */
export const pictureKernels = (host: Host, build?: Build): Promise<Kernels> => {
  let kernels = kept.get(host);
  if (!kernels) {
    kept.set(host, (kernels = instantiate(host, build)));
    kernels.catch(() => kept.delete(host)); // the next picture may try again
  }
  return kernels;
};

const instantiate = async (host: Host, build?: Build): Promise<Kernels> =>
  host.instantiate(build ?? (await host.choose(true)), host.createMemory(PAGE));
