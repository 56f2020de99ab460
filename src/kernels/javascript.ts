// Kernels in JavaScript, for engines without WebAssembly.

import { createKernels } from './generated/asmjs.js';
import { createMemory, PAGE, type Host, type Kernels } from './wasm.js';

/** A memory; the kernels give it a method `grow`. */
const allocate = (pages: number) => ({ buffer: new ArrayBuffer(pages * PAGE) }) as unknown as WebAssembly.Memory;

/** Runs the scalar build as JavaScript. */
export const javascriptHost: Host = {
  isExact: true,
  choose: () => Promise.resolve('scalar'),
  createMemory: (bytes) => createMemory(bytes, allocate),
  instantiate: (_, memory) => Promise.resolve(createKernels({ env: { memory } }) as Kernels),
};
