// `npm run jsr`: writes the package for JSR to build/jsr, where `deno publish` or `npx jsr publish` takes it.
//
// JSR builds nothing, and the sources need generated files (kernels, decoders), so what is published is `dist`: JavaScript with
// its declarations, which are named in the way of Deno.

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The entries of the npm package that are published, by file; not those that find WebAssembly files beside them. */
const ENTRIES = ['index', 'node', 'convert', 'asmjs'];

/** Other files of the npm package. */
const FILES = ['README.md', 'LICENSE', 'dist/THIRD-PARTY-LICENSES.txt', 'dist/chunks'];

const NAME = '@groupwise/groupwise';

/** Declarations that name each other, as Deno needs, and without the `lib` that Deno has and JSR forbids to name. */
const declarationsForDeno = (text: string): string =>
  text.replace(/^\/\/\/ <reference lib=.*\n/gm, '').replace(/(from '\.[^']*)\.js'/g, "$1.d.ts'");

/** Writes the package for JSR from an npm package that is installed or built. */
export const writeJsrPackage = (packageFolder: string, folder: string): void => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'dist'), { recursive: true });
  for (const file of FILES) cpSync(join(packageFolder, file), join(folder, file), { recursive: true });
  for (const entry of ENTRIES) {
    const script = readFileSync(join(packageFolder, `dist/${entry}.js`), 'utf8');
    writeFileSync(join(folder, `dist/${entry}.js`), `/* @ts-self-types="./${entry}.d.ts" */\n${script}`);
    cpSync(join(packageFolder, `dist/${entry}.d.ts`), join(folder, `dist/${entry}.d.ts`));
  }
  for (const file of readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.d.ts')) continue;
    const path = join(folder, 'dist', file);
    writeFileSync(path, declarationsForDeno(readFileSync(path, 'utf8')));
  }
  const { version, license } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
    license: string;
  };
  const exports = ENTRIES.map((entry) => [entry === 'index' ? '.' : `./${entry}`, `./dist/${entry}.js`]);
  const manifest = {
    name: NAME,
    version,
    license,
    exports: Object.fromEntries(exports) as object,
    publish: { exclude: ['!**'] }, // the folder is in one that Git ignores
  };
  writeFileSync(join(folder, 'jsr.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
};

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) writeJsrPackage('.', 'build/jsr');
