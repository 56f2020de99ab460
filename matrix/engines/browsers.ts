// Chromium, Firefox and WebKitGTK: the cases in every kind of page and worker. The pages post their outcomes.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { rollup } from 'rollup';
import { Missing, type Field, type Row, type Setting } from '../field.js';
import { install } from '../install.js';
import { postedRow, serve, type Server } from '../serve.js';
import { EXTENSIONS, EXTENSION_PAGE, writeExtension, writeFilePage } from './folders.js';
import { BROWSERS, pathOf, type Browser } from './launch.js';
import { pagesOf, places } from './pages.js';

/** The suite as a script that sets the global `matrix`, for places that take no modules. */
const classicSuite = async (): Promise<string> => {
  const bundle = await rollup({ input: 'build/matrix/places/page.js' });
  const { output } = await bundle.generate({ format: 'iife', name: 'matrix', inlineDynamicImports: true });
  return output[0].code;
};

/** What pages asked for besides their own files. */
const requests = ({ missing }: Server): Row => ({
  place: 'requests',
  outcomes: [
    missing.length
      ? { name: 'only their own files', outcome: 'failed', reason: missing.join(' ') }
      : { name: 'only their own files', outcome: 'passed' },
  ],
});

const versionOf = (path: string): string =>
  /\d+(\.\d+)+/.exec(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout)?.[0] ?? '';

const runIn = async (browser: Browser, { tarball, folder, files }: Setting) => {
  const path = pathOf(browser);
  if (!path) throw new Missing(`no ${browser.name} (set ${browser.variable} to its path)`);
  install(folder, tarball);
  const installed = join(folder, 'node_modules/groupwise');
  const suite = await classicSuite();
  const folders = { files, package: installed, matrix: 'build/matrix' };
  using server = await serve({ folders, make: (origin) => pagesOf(origin, suite) });
  const rows: Row[] = [];
  // each place has a browser of its own, so that nothing is left of the place before
  const visit = async (name: string, open: (profile: string) => Promise<AsyncDisposable>): Promise<void> => {
    await using _browser = await open(join(folder, `profile-${name}`));
    rows.push(await postedRow(server, name));
  };
  for (const { name } of places)
    await visit(name, (profile) => browser.open(path, profile, `${server.origin}/${name}.html`));
  const filePage = writeFilePage(join(folder, 'page'), installed, files, suite, server.origin, browser.skippedInFiles);
  await visit('file', (profile) => browser.open(path, profile, filePage));
  for (const extension of browser.openExtension ? EXTENSIONS : []) {
    const unpacked = join(folder, extension.name);
    writeExtension(extension, unpacked, installed, suite, server.origin);
    await visit(extension.name, (profile) => browser.openExtension!(path, profile, unpacked, EXTENSION_PAGE));
  }
  rows.push(requests(server));
  return { version: versionOf(path), rows };
};

export const browsers: readonly Field[] = BROWSERS.map((browser) => ({
  name: browser.name,
  kind: 'engine',
  run: (setting) => runIn(browser, setting),
}));
