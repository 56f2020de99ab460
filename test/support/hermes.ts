// Runs a script with the package in the command line of Hermes, the engine of React Native, after bundling it as Metro does.

import nodeResolve from '@rollup/plugin-node-resolve';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { rollup, type Plugin } from 'rollup';
import ts from 'typescript';

const COMMAND = process.env.HERMES ?? 'hermes';

/** Whether there is a Hermes: the path HERMES, or the command `hermes`. */
export const hasHermes = spawnSync(COMMAND, ['--version']).status === 0;

/** What React Native has and the command line lacks. */
const PLATFORM = `
if (!globalThis.performance) globalThis.performance = { now: Date.now };
for (const list of [Array, Uint8Array])
  if (!list.prototype.at)
    Object.defineProperty(list.prototype, 'at', { value(index) { return this[index < 0 ? this.length + index : index]; } });
`;

const virtual = (text: string): Plugin => ({
  name: 'virtual',
  resolveId: (id) => (id === 'script' ? id : id === 'groupwise/asmjs' ? resolve('dist/asmjs.js') : null),
  load: (id) => (id === 'script' ? text : null),
});

/** One script without modules, and without the syntax that Hermes leaves to Babel: classes, private fields, async. */
const bundle = async (text: string): Promise<string> => {
  const build = await rollup({ input: 'script', plugins: [virtual(text), (nodeResolve as unknown as () => Plugin)()] });
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
 * @returns the lines that it prints
 */
export const runInHermes = async (text: string, constants: Record<string, string> = {}): Promise<string[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'hermes-'));
  try {
    const file = join(folder, 'script.js');
    const values = Object.entries(constants).map(([name, value]) => `var ${name} = ${JSON.stringify(value)};\n`);
    writeFileSync(file, values.join('') + (await bundle(text)));
    return execFileSync(COMMAND, ['-w', file], { encoding: 'utf8' }).trim().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
};
