// Chromium, Firefox and WebKitGTK: the cases in every kind of page and worker. Browsers are started with an address, and
// the pages post their outcomes, so that no automation protocol is needed.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rollup } from 'rollup';
import { Missing, type Field, type Row, type Setting } from '../field.js';
import { install } from '../install.js';
import { postedRow, serve, type Server } from '../serve.js';
import { writeExtension, writeFilePage } from './folders.js';
import { pagesOf, places } from './pages.js';

/** How to start a browser. */
type Browser = {
  name: string;
  /** An environment variable with its path, and where it is usually. */
  variable: string;
  paths: readonly string[];
  /** The command that opens an address with a new profile. */
  command: (path: string, profile: string, address: string) => readonly string[];
  /** Flags that load an extension from a folder, where the browser has them. */
  extension?: (folder: string) => readonly string[];
  environment?: Record<string, string>;
};

const FIREFOX_PREFERENCES = `user_pref('browser.shell.checkDefaultBrowser', false);
user_pref('browser.aboutwelcome.enabled', false);
user_pref('datareporting.policy.dataSubmissionEnabled', false);
user_pref('toolkit.telemetry.reportingpolicy.firstRun', false);
user_pref('media.autoplay.default', 0);
`;

const BROWSERS: readonly Browser[] = [
  {
    name: 'chromium',
    variable: 'CHROMIUM',
    paths: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
    command: (path, profile, address) => [
      path,
      '--headless=new',
      '--no-sandbox',
      '--no-first-run',
      '--disable-background-networking',
      '--autoplay-policy=no-user-gesture-required',
      `--user-data-dir=${profile}`,
      address,
    ],
    extension: (folder) => [`--load-extension=${folder}`, '--disable-features=DisableLoadExtensionCommandLineSwitch'],
  },
  {
    name: 'firefox',
    variable: 'FIREFOX',
    paths: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
    command: (path, profile, address) => {
      writeFileSync(join(profile, 'user.js'), FIREFOX_PREFERENCES);
      return [path, '--headless', '--no-remote', '--profile', profile, address];
    },
  },
  {
    name: 'webkitgtk',
    variable: 'WEBKIT_MINIBROWSER',
    paths: ['4.1', '6.0', '4.0'].map((version) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${version}/MiniBrowser`),
    command: (path, _, address) => ['xvfb-run', '-a', 'dbus-run-session', path, address],
    environment: { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', LIBGL_ALWAYS_SOFTWARE: '1' },
  },
];

/** The suite as a script that sets the global `matrix`, for places that take no modules. */
const classicSuite = async (): Promise<string> => {
  const bundle = await rollup({ input: 'build/matrix/places/page.js' });
  const { output } = await bundle.generate({ format: 'iife', name: 'matrix', inlineDynamicImports: true });
  return output[0].code;
};

const find = ({ name, variable, paths }: Browser): string => {
  const path = process.env[variable] ?? paths.find((usual) => existsSync(usual));
  if (!path) throw new Missing(`no ${name} (set ${variable} to its path)`);
  return path;
};

/** Opens an address; `using` ends the browser. */
const open = (browser: Browser, profile: string, address: string, flags: readonly string[] = []): Disposable => {
  mkdirSync(profile);
  const [command, ...args] = [...browser.command(find(browser), profile, address), ...flags];
  const env = { ...process.env, HOME: profile, ...browser.environment };
  const child: ChildProcess = spawn(command!, args, { env, detached: true, stdio: 'ignore' });
  child.on('error', () => {}); // the outcomes are missing then
  return {
    [Symbol.dispose]: () => {
      if (child.pid && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    },
  };
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

const runIn = async (browser: Browser, { tarball, folder, files }: Setting) => {
  const path = find(browser);
  install(folder, tarball);
  const installed = join(folder, 'node_modules/groupwise');
  const suite = await classicSuite();
  const folders = { files, package: installed, matrix: 'build/matrix' };
  using server = await serve({ folders, make: (origin) => pagesOf(origin, suite) });
  const rows: Row[] = [];
  const visit = async (names: readonly string[], address: string, flags?: readonly string[]): Promise<void> => {
    using _browser = open(browser, join(folder, names[0]!), address, flags);
    for (const name of names) rows.push(await postedRow(server, name));
  };
  await visit(
    places.map(({ name }) => name),
    `${server.origin}/index.html`,
  );
  await visit(['file'], writeFilePage(join(folder, 'page'), installed, files, suite, server.origin));
  const extension = join(folder, 'unpacked');
  if (browser.extension) {
    const address = writeExtension(extension, installed, suite, server.origin);
    await visit(['extension'], address, browser.extension(extension));
  }
  rows.push(requests(server));
  return { version: versionOf(path), rows };
};

const versionOf = (path: string): string =>
  /\d+(\.\d+)+/.exec(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout)?.[0] ?? '';

export const browsers: readonly Field[] = BROWSERS.map((browser) => ({
  name: browser.name,
  kind: 'engine',
  run: (setting) => runIn(browser, setting),
}));
