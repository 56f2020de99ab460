// Places whose files are not served: a page that is opened as a file, and a browser extension.

import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const SCRIPTS = ['groupwise.min.js', 'groupwise-ops.min.js', 'groupwise-loading.min.js', 'groupwise-worker.min.js'];

const copyScripts = (folder: string, packageFolder: string, suite: string): void => {
  mkdirSync(folder);
  for (const name of SCRIPTS) cpSync(join(packageFolder, 'dist/umd', name), join(folder, name));
  writeFileSync(join(folder, 'suite.js'), suite);
};

const page = (scripts: readonly string[]): string =>
  `<!doctype html><meta charset="utf-8"><title>matrix</title>${scripts.map((src) => `<script src="${src}"></script>`).join('')}`;

const SKIPPED_IN_FILES = {
  'worker: an op that is loaded on demand': 'workers of a page that is a file import no file',
};

/** A page for file: URLs, with the files of the cases in a script; its address. */
export const writeFilePage = (
  folder: string,
  packageFolder: string,
  files: string,
  suite: string,
  origin: string,
  skipped: Readonly<Record<string, string>> = {},
): string => {
  copyScripts(folder, packageFolder, suite);
  const encoded = readdirSync(files).map((name) => [name, readFileSync(join(files, name)).toString('base64')]);
  writeFileSync(
    join(folder, 'cases.js'),
    `const files = ${JSON.stringify(Object.fromEntries(encoded))};
const skipped = ${JSON.stringify({ ...SKIPPED_IN_FILES, ...skipped })};
const read = async (name) => Uint8Array.from(atob(files[name]), (char) => char.charCodeAt(0));
matrix.runAt('file', '${origin}', groupwise, { read, locate: undefined, kernels: undefined, skipped });\n`,
  );
  writeFileSync(join(folder, 'index.html'), page([...SCRIPTS.slice(0, 1), 'suite.js', 'cases.js']));
  return pathToFileURL(join(folder, 'index.html')).href;
};

/** A kind of extension. */
type Extension = { name: string; manifest: object; world: string };

const MANIFEST = JSON.parse(readFileSync('examples/extension/manifest.json', 'utf8')) as Record<string, unknown>;

/** The extension of the examples, and the same with the policy that extensions have by default. */
export const EXTENSIONS: readonly Extension[] = [
  { name: 'extension', manifest: MANIFEST, world: `{ options: { worker: false, workerUrl: 'groupwise.min.js' } }` },
  {
    name: 'extension-default-policy',
    manifest: { ...MANIFEST, content_security_policy: undefined },
    world: '{ compiles: false }',
  },
];

/** The page of an extension in its folder. */
export const EXTENSION_PAGE = 'popup.html';

/** Writes an extension to a folder. */
export const writeExtension = (
  { name, manifest, world }: Extension,
  folder: string,
  packageFolder: string,
  suite: string,
  origin: string,
): void => {
  copyScripts(folder, packageFolder, suite);
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'cases.js'), `matrix.runAt('${name}', '${origin}', groupwise, ${world});\n`);
  writeFileSync(join(folder, EXTENSION_PAGE), page([...SCRIPTS.slice(0, 1), 'suite.js', 'cases.js']));
};
