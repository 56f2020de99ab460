// What Deno alone has: types checked in scripts, permissions, and packages of JSR.

import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeJsrPackage } from '../../scripts/jsr.js';
import { attemptAll } from '../attempt.js';
import type { Row } from '../field.js';
import { serve } from '../serve.js';
import { writeFiles } from '../write-files.js';
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

/** A script on a thread. Deno loads it as from JSR: over the network. */
const THREAD = `import { loadClassifier } from 'groupwise/node';
const classifier = await loadClassifier('model.gw', { worker: true });
const [{ label, score }] = await classifier.classify('cat.jpg', { topK: 1 });
classifier.dispose();
console.log(\`\${Math.round(score * 100)} %  \${label}\`);
`;

type Script = { name: string; run: () => Promise<string | void> };

/** Runs Deno with these arguments; what it prints. */
type Deno = (...args: readonly string[]) => Promise<string>;

const expectWrongType = async (deno: Deno, script: string): Promise<void> => {
  const found = await deno('check', script).catch((error: Error) => error.message);
  if (!/TS2\d{3}/.test(found) || !found.includes(script)) throw new Error(`deno check says ${found}`);
};

const expectCat = async (printed: Promise<string>): Promise<void> => {
  const text = await printed;
  if (!/% {2}cat/.test(text)) throw new Error(`the script prints ${text}`);
};

/** Scripts with the package of npm. */
const npmScripts = (deno: Deno, folder: string): readonly Script[] => {
  const example = readFileSync(EXAMPLE, 'utf8');
  writeFiles(folder, {
    'typed.ts': TYPED,
    'wrong.ts': WRONG,
    'classify.js': example,
    'imports.json': importsOf(example, './node_modules/groupwise/dist/node.js'),
  });
  const classify = (allowed: string): Promise<string> =>
    deno('run', '--no-prompt', allowed, '--import-map=imports.json', 'classify.js', 'model.gw', 'cat.jpg');
  return [
    { name: 'deno check: types of a script', run: () => deno('check', 'typed.ts') },
    { name: 'deno check: wrong types are found', run: () => expectWrongType(deno, 'wrong.ts') },
    {
      name: '--allow-read for the two files is enough',
      run: () => expectCat(classify('--allow-read=model.gw,cat.jpg')),
    },
    {
      name: 'without permission, the error names it',
      run: async () => {
        const found = await classify('--allow-read=cat.jpg').catch((error: Error) => error.message);
        if (!/LoadError.*--allow-read/s.test(found)) throw new Error(`the example says ${found}`);
      },
    },
  ];
};

/** Scripts with the package of JSR, which is in the folder `jsr`, and served at `origin`. */
const jsrScripts = (deno: Deno, folder: string, origin: string, publish: () => Promise<string>): readonly Script[] => {
  const script = readFileSync(EXAMPLE, 'utf8').replace(/npm:groupwise@([\d.]+)/, 'jsr:@groupwise/groupwise@$1');
  writeFiles(folder, {
    'from-jsr.js': script,
    'jsr-imports.json': importsOf(script, './jsr/dist/node.js'),
    'wrong-jsr.ts': WRONG.replace("'groupwise'", "'./jsr/dist/index.js'"),
    'thread.js': THREAD,
    'thread-imports.json': JSON.stringify({ imports: { 'groupwise/node': `${origin}/jsr/dist/node.js` } }),
  });
  const run = ['run', '--no-prompt', '--allow-read=model.gw,cat.jpg'];
  return [
    { name: 'JSR: the package has no slow types', run: publish },
    { name: 'JSR: wrong types are found', run: () => expectWrongType(deno, 'wrong-jsr.ts') },
    {
      name: 'JSR: a script classifies a picture',
      run: () => expectCat(deno(...run, '--import-map=jsr-imports.json', 'from-jsr.js', 'model.gw', 'cat.jpg')),
    },
    {
      name: 'JSR: a thread classifies a picture with the package from the network',
      run: () =>
        expectCat(
          deno(...run, `--allow-import=${new URL(origin).host}`, '--import-map=thread-imports.json', 'thread.js'),
        ),
    },
  ];
};

/** Runs scripts in a folder that has the package installed. */
export const runDenoScripts = async (command: readonly string[], folder: string, files: string): Promise<Row> => {
  const deno: Deno = (...args) => runProgram([...command, ...args], folder);
  const jsr = join(folder, 'jsr');
  for (const name of ['model.gw', 'cat.jpg']) cpSync(join(files, name), join(folder, name));
  const publish = () => {
    writeJsrPackage(join(folder, 'node_modules/groupwise'), jsr);
    return runProgram([...command, 'publish', '--dry-run', '--allow-dirty'], jsr);
  };
  using server = await serve({ folders: { jsr } });
  const scripts = [...npmScripts(deno, folder), ...jsrScripts(deno, folder, server.origin, publish)];
  return { place: 'scripts', outcomes: await attemptAll(scripts, ({ run }) => run()) };
};
