// LiteRT.js is made for browsers: what it needs to run in Node.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { runInThisContext } from 'node:vm';

/** Defines the globals of a browser's worker, reading scripts and WebAssembly from files. */
export const actAsWorker = () => {
  globalThis.self = globalThis;
  globalThis.importScripts = (path) => {
    // The script detects Node and then wants the variables of a CommonJS module.
    Object.assign(globalThis, { require: createRequire(import.meta.url), __dirname: dirname(path), __filename: path });
    globalThis.Module = { wasmBinary: readFileSync(path.replace(/\.js$/, '.wasm')) };
    runInThisContext(readFileSync(path, 'utf8'), { filename: path });
  };
};
