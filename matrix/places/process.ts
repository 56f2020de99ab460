// Runs the cases in Node, Deno or Bun, and prints the outcomes. Arguments: the entry, the folder of the files, the address
// of a server of the same files, and the seconds that a case may take if not the default.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Library } from '../cases/case.js';
import { runSuite } from '../cases/suite.js';

const [entry = '', files = '', origin = '', seconds] = process.argv.slice(2);
const require = createRequire(join(process.cwd(), 'main.cjs'));
// the name is a variable, because Deno resolves a module that a script requires by name to CommonJS for imports too
const name = 'groupwise';
const library = (entry === 'require' ? require(name) : await import(entry)) as Library;
const isNode = entry === 'groupwise/node';
const kernels = await readFile(require.resolve('groupwise/kernels/simd.wasm'));

const outcomes = await runSuite({
  library,
  read: async (name) => new Uint8Array(await readFile(join(files, name))),
  locate: (name) => (isNode ? join(files, name) : `${origin}/${name}`),
  convert: async () => {
    const path = `${name}/convert`;
    return (await import(path)) as typeof import('../../src/convert.js');
  },
  kernels: await WebAssembly.compile(kernels),
  // without groupwise/node, workers start from a text, which of these only Deno does
  workers: isNode || (entry !== 'require' && 'Deno' in globalThis),
  decodes: isNode,
  ...(seconds && { seconds: Number(seconds), options: { limits: { loadMilliseconds: Number(seconds) * 1000 } } }),
});
console.log(JSON.stringify(outcomes));
