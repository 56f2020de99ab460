// What Deno alone has: types checked in scripts, and permissions.

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome, Row } from '../field.js';
import { runProgram } from './run-program.js';

const TYPED = `import { loadClassifier, type ImageClassifier } from 'groupwise/node';
import { loadModel } from 'groupwise';
import { convertOnnx } from 'groupwise/convert';

const classifier: ImageClassifier<unknown> = await loadClassifier('model.gw', { deterministic: true });
const [best] = await classifier.classify('cat.jpg', { topK: 1 });
export const label: string = best!.label;
export const file: Uint8Array = await convertOnnx(new Uint8Array());
export const model = await loadModel(file);
`;

const WRONG = `import { loadModel } from 'groupwise';
await loadModel('model.gw', { deterministic: 'yes' });
`;

const EXAMPLE = 'examples/deno/classify.js';

/** The package that the example names, in this folder instead of the registry. */
const IMPORTS = (example: string): string => {
  const [name] = /npm:groupwise@[^']+/.exec(example)!;
  return JSON.stringify({ imports: { [name]: './node_modules/groupwise/dist/node.js' } });
};

const attempt = async (name: string, run: () => Promise<void>): Promise<Outcome> => {
  try {
    await run();
    return { name, outcome: 'passed' };
  } catch (error) {
    return { name, outcome: 'failed', reason: (error as Error).message };
  }
};

/** Runs scripts in a folder that has the package installed. */
export const runDenoScripts = async (command: readonly string[], folder: string, files: string): Promise<Row> => {
  const deno = (...args: string[]): Promise<string> => runProgram([...command, ...args], folder);
  const example = readFileSync(EXAMPLE, 'utf8');
  writeFileSync(join(folder, 'typed.ts'), TYPED);
  writeFileSync(join(folder, 'wrong.ts'), WRONG);
  writeFileSync(join(folder, 'classify.js'), example);
  writeFileSync(join(folder, 'imports.json'), IMPORTS(example));
  for (const name of ['model.gw', 'cat.jpg']) cpSync(join(files, name), join(folder, name));
  const classify = (...allowed: string[]): Promise<string> =>
    deno('run', '--no-prompt', ...allowed, '--import-map=imports.json', 'classify.js', 'model.gw', 'cat.jpg');
  const outcomes = [
    await attempt('deno check: types of a script', async () => void (await deno('check', 'typed.ts'))),
    await attempt('deno check: wrong types are found', async () => {
      const found = await deno('check', 'wrong.ts').catch((error: Error) => error.message);
      if (!/TS2\d{3}/.test(found) || !found.includes('wrong.ts')) throw new Error(`deno check says ${found}`);
    }),
    await attempt('--allow-read for the two files is enough', async () => {
      const text = await classify('--allow-read=model.gw,cat.jpg');
      if (!/% {2}cat/.test(text)) throw new Error(`the example prints ${text}`);
    }),
    await attempt('without permission, the error names it', async () => {
      const found = await classify('--allow-read=cat.jpg').catch((error: Error) => error.message);
      if (!/LoadError.*--allow-read/s.test(found)) throw new Error(`the example says ${found}`);
    }),
  ];
  return { place: 'scripts', outcomes };
};
