// What Deno alone has: types checked in scripts, permissions, and packages of JSR.

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeJsrPackage } from '../../scripts/jsr.js';
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

/** Names that scripts import, led to a file in their folder instead of the registry. */
const importsOf = (text: string, target: string): string => {
  const [name] = /(npm:groupwise|jsr:@groupwise)[^']+/.exec(text)!;
  return JSON.stringify({ imports: { [name]: target } });
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
  writeFileSync(join(folder, 'imports.json'), importsOf(example, './node_modules/groupwise/dist/node.js'));
  const fromJsr = example.replace(/npm:groupwise@([\d.]+)/, 'jsr:@groupwise/groupwise@$1');
  writeFileSync(join(folder, 'from-jsr.js'), fromJsr);
  writeFileSync(join(folder, 'jsr-imports.json'), importsOf(fromJsr, './jsr/dist/node.js'));
  writeFileSync(join(folder, 'wrong-jsr.ts'), WRONG.replace("'groupwise'", "'./jsr/dist/index.js'"));
  for (const name of ['model.gw', 'cat.jpg']) cpSync(join(files, name), join(folder, name));
  const classify = (...allowed: string[]): Promise<string> =>
    deno('run', '--no-prompt', ...allowed, '--import-map=imports.json', 'classify.js', 'model.gw', 'cat.jpg');
  const expectWrongType = async (script: string): Promise<void> => {
    const found = await deno('check', script).catch((error: Error) => error.message);
    if (!/TS2\d{3}/.test(found) || !found.includes(script)) throw new Error(`deno check says ${found}`);
  };
  const outcomes = [
    await attempt('deno check: types of a script', async () => void (await deno('check', 'typed.ts'))),
    await attempt('deno check: wrong types are found', () => expectWrongType('wrong.ts')),
    await attempt('--allow-read for the two files is enough', async () => {
      const text = await classify('--allow-read=model.gw,cat.jpg');
      if (!/% {2}cat/.test(text)) throw new Error(`the example prints ${text}`);
    }),
    await attempt('without permission, the error names it', async () => {
      const found = await classify('--allow-read=cat.jpg').catch((error: Error) => error.message);
      if (!/LoadError.*--allow-read/s.test(found)) throw new Error(`the example says ${found}`);
    }),
    await attempt('JSR: the package has no slow types', async () => {
      writeJsrPackage(join(folder, 'node_modules/groupwise'), join(folder, 'jsr'));
      await runProgram([...command, 'publish', '--dry-run', '--allow-dirty'], join(folder, 'jsr'));
    }),
    await attempt('JSR: wrong types are found', () => expectWrongType('wrong-jsr.ts')),
    await attempt('JSR: a script classifies a picture', async () => {
      const how = ['run', '--no-prompt', '--allow-read=model.gw,cat.jpg', '--import-map=jsr-imports.json'];
      const text = await deno(...how, 'from-jsr.js', 'model.gw', 'cat.jpg');
      if (!/% {2}cat/.test(text)) throw new Error(`the example prints ${text}`);
    }),
  ];
  return { place: 'scripts', outcomes };
};
