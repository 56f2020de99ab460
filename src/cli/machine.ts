// Describes the machine and the engine, for reports.

import { cpus } from 'node:os';

/** The processor and its platform. */
export const processor = (): string =>
  `${cpus()[0]?.model.trim() || 'an unknown processor'}, ${process.platform} ${process.arch}`;

/** What runs JavaScript and WebAssembly, with its versions. */
export const engine = (): string => {
  const { bun, deno, node, v8 } = process.versions;
  if (bun) return `Bun ${bun}`;
  return `${deno ? `Deno ${deno}` : `Node ${node}`}, V8 ${v8}`;
};

/** The machine and the engine in a few words. */
export const machine = (): string => `${processor()}, ${engine()}`;
