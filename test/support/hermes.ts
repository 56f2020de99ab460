// Runs a script with the package in the command line of Hermes, the engine of React Native, after bundling it as Metro does.

import nodeResolve from '@rollup/plugin-node-resolve';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { rollup, type Plugin } from 'rollup';
import ts from 'typescript';

const COMMAND = process.env.HERMES ?? 'hermes';

/** A run of the whole matrix takes minutes. */
const MAX_SECONDS = 1200;

/** Whether there is a Hermes: the path HERMES, or the command `hermes`. */
export const hasHermes = spawnSync(COMMAND, ['--version']).status === 0;

/** What React Native or its Babel has and the command line lacks. */
const PLATFORM = `
if (!globalThis.performance) globalThis.performance = { now: Date.now };
for (const list of [Array, Uint8Array])
  if (!list.prototype.at)
    Object.defineProperty(list.prototype, 'at', { value(index) { return this[index < 0 ? this.length + index : index]; } });
if (!Symbol.asyncIterator) Object.defineProperty(Symbol, 'asyncIterator', { value: '@@asyncIterator' });
// without classes, a constructor that extends Error calls it as a function, and must get its own object back
const NativeError = Error;
Error = function (message) {
  if (!(this instanceof NativeError)) return new NativeError(message);
  const { stack } = new NativeError(message);
  for (const [key, value] of Object.entries({ message: String(message ?? ''), stack }))
    Object.defineProperty(this, key, { value, writable: true, configurable: true });
};
Error.prototype = NativeError.prototype;
`;

const virtual = (text: string, entry: string): Plugin => ({
  name: 'virtual',
  resolveId: (id) => (id === 'script' ? id : id === 'groupwise/asmjs' ? entry : null),
  load: (id) => (id === 'script' ? text : null),
});

/** One script without modules, and without the syntax that Hermes leaves to Babel: classes, private fields, async. */
const bundle = async (text: string, entry: string): Promise<string> => {
  const plugins = [virtual(text, entry), (nodeResolve as unknown as () => Plugin)()];
  const build = await rollup({ input: 'script', plugins });
  const { output } = await build.generate({ format: 'iife', inlineDynamicImports: true });
  const { outputText } = ts.transpileModule(output[0].code, {
    compilerOptions: { target: ts.ScriptTarget.ES5, downlevelIteration: true, module: ts.ModuleKind.None },
  });
  return PLATFORM + outputText;
};

/**
 * Runs a module that imports `groupwise/asmjs`.
 *
 * @param constants values that the script finds by name
 * @param where the path of Hermes, and of the file that is `groupwise/asmjs`
 * @returns the lines that it prints
 */
export const runInHermes = async (
  text: string,
  constants: Record<string, string> = {},
  { command = COMMAND, entry = resolve('dist/asmjs.js') } = {},
): Promise<string[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'hermes-'));
  try {
    const file = join(folder, 'script.js');
    const values = Object.entries(constants).map(([name, value]) => `var ${name} = ${JSON.stringify(value)};\n`);
    writeFileSync(file, values.join('') + (await bundle(text, entry)));
    return execFileSync(command, ['-w', file], { encoding: 'utf8', timeout: MAX_SECONDS * 1000 })
      .trim()
      .split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
};
