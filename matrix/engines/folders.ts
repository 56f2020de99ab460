// Places whose files are not served: a page that is opened as a file, and a browser extension.

import { createHash, generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const SCRIPTS = ['groupwise.min.js', 'groupwise-ops.min.js', 'groupwise-loading.min.js'];

const copyScripts = (folder: string, packageFolder: string, suite: string): void => {
  mkdirSync(folder);
  for (const name of SCRIPTS) cpSync(join(packageFolder, 'dist/umd', name), join(folder, name));
  writeFileSync(join(folder, 'suite.js'), suite);
};

const page = (scripts: readonly string[]): string =>
  `<!doctype html><meta charset="utf-8"><title>matrix</title>${scripts.map((src) => `<script src="${src}"></script>`).join('')}`;

/** A page for file: URLs, with the files of the cases in a script; its address. */
export const writeFilePage = (
  folder: string,
  packageFolder: string,
  files: string,
  suite: string,
  origin: string,
): string => {
  copyScripts(folder, packageFolder, suite);
  const encoded = readdirSync(files).map((name) => [name, readFileSync(join(files, name)).toString('base64')]);
  writeFileSync(
    join(folder, 'cases.js'),
    `const files = ${JSON.stringify(Object.fromEntries(encoded))};
const skipped = { 'worker: an op that is loaded on demand': 'workers of a page that is a file import no file' };
const read = async (name) => Uint8Array.from(atob(files[name]), (char) => char.charCodeAt(0));
matrix.runAt('file', '${origin}', groupwise, { read, locate: undefined, kernels: undefined, skipped });\n`,
  );
  writeFileSync(join(folder, 'index.html'), page([...SCRIPTS.slice(0, 1), 'suite.js', 'cases.js']));
  return pathToFileURL(join(folder, 'index.html')).href;
};

/** A browser extension with the manifest of examples/extension; the address of its page. */
export const writeExtension = (folder: string, packageFolder: string, suite: string, origin: string): string => {
  copyScripts(folder, packageFolder, suite);
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const manifest = JSON.parse(readFileSync('examples/extension/manifest.json', 'utf8')) as object;
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, key: key.toString('base64') }));
  writeFileSync(
    join(folder, 'cases.js'),
    `matrix.runAt('extension', '${origin}', groupwise, { options: { workerUrl: 'groupwise.min.js' } });\n`,
  );
  writeFileSync(join(folder, 'popup.html'), page([...SCRIPTS.slice(0, 1), 'suite.js', 'cases.js']));
  // Chromium names an extension by the hash of its key, in the letters a to p
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 32);
  const id = [...digest].map((digit) => 'abcdefghijklmnop'[parseInt(digit, 16)]).join('');
  return `chrome-extension://${id}/popup.html`;
};
