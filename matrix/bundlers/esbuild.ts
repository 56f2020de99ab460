// Bundlers that follow imports and leave everything else to their users: esbuild, Bun and Rollup.

import { join } from 'node:path';
import { assetPages, isWithoutWorker, named, PAGES, SERVERS, type Application } from './application.js';
import { buildPages, buildServers, command, type Bundler, type Limit } from './bundler.js';

const SCRIPT = '<script type="module" src="./index.js"></script>';

/** A worker is an entry of its own: its URL stays as it is written. */
const entriesOf = (application: Application): string[] =>
  isWithoutWorker(application) ? ['src/index.js'] : ['src/index.js', 'src/worker.js'];

const WORKER = 'needs the worker as an entry of its own';
const LOADERS = 'needs the loader `file` for .gw and .wasm';

/** A loader that emits scripts as files would emit the application too. */
const ASSETS = assetPages((path) => `import url from '${path}';`).filter(({ name }) => name !== 'workerUrl');

/** All cases for pages, with what these bundlers must be told for some of them. */
const CONFIGURED: readonly Application[] = [
  ...PAGES.map((page) => (isWithoutWorker(page) ? page : { ...page, configuration: WORKER })),
  ...ASSETS.map((page) => ({ ...page, configuration: LOADERS })),
];

const THREADS: Limit = {
  kind: 'configurable',
  place: 'server',
  cases: ['node, worker: true'],
  error: /Cannot find module .*thread\.js/,
  reason: 'needs groupwise/node outside of the bundle (external)',
};

const OF_THREADS = named('node, worker: true', SERVERS);

const esbuildCommand = [command('esbuild'), 'src/index.js', '--bundle', '--outdir=dist'];
const esbuildServer = [...esbuildCommand, '--platform=node', '--format=esm'];

/** esbuild. */
export const esbuild: Bundler = {
  name: 'esbuild',
  packages: ['esbuild', `@esbuild/${process.platform}-${process.arch}`],
  places: [
    buildPages('esm', {
      commands: (application) => [
        [
          command('esbuild'),
          ...entriesOf(application),
          ...['--bundle', '--splitting', '--format=esm', '--outdir=dist'],
          ...['--loader:.gw=file', '--loader:.wasm=file'],
        ],
      ],
      script: SCRIPT,
      applications: CONFIGURED,
    }),
    buildPages('iife', {
      commands: () => [esbuildCommand],
      script: '<script src="index.js"></script>',
      applications: PAGES.filter(isWithoutWorker),
    }),
    buildServers('server', { commands: [esbuildServer], output: 'dist/index.js', applications: SERVERS }),
    buildServers('server, external', {
      commands: [[...esbuildServer, '--external:groupwise']],
      output: 'dist/index.js',
      applications: OF_THREADS,
    }),
  ],
  limits: [THREADS],
};

const bunFolder = `bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : 'x64'}`;
const bunCommand = [join('node_modules', '@oven', bunFolder, 'bin', 'bun'), 'build', '--outdir', 'dist'];
const bunServer = [...bunCommand, 'src/index.js', '--target', 'node'];

/** The bundler of Bun. */
export const bun: Bundler = {
  name: 'bun-build',
  packages: ['bun', `@oven/${bunFolder}`],
  places: [
    buildPages('build', {
      commands: (application) => [
        [...bunCommand, ...entriesOf(application), '--splitting', '--loader=.gw:file', '--loader=.wasm:file'],
      ],
      script: SCRIPT,
      applications: CONFIGURED,
    }),
    buildServers('server', { commands: [bunServer], output: 'dist/index.js', applications: SERVERS }),
    buildServers('server, external', {
      commands: [[...bunServer, '--external', 'groupwise/*']],
      output: 'dist/index.js',
      applications: OF_THREADS,
    }),
  ],
  limits: [THREADS],
};

const rollupCommand = [command('rollup'), 'src/index.js', '-d', 'dist'];
const rollupServer = [...rollupCommand, '-p', 'node-resolve'];

/** Rollup with the plugin that finds packages. It bundles no workers. */
export const rollup: Bundler = {
  name: 'rollup',
  packages: ['rollup@4', '@rollup/plugin-node-resolve'],
  places: [
    buildPages('build', {
      commands: () => [[...rollupCommand, '-p', 'node-resolve={browser:true}']],
      script: SCRIPT,
      applications: PAGES.filter(isWithoutWorker),
    }),
    buildServers('server', { commands: [rollupServer], output: 'dist/index.js', applications: SERVERS }),
    buildServers('server, external', {
      commands: [[...rollupServer, '-e', 'groupwise/node']],
      output: 'dist/index.js',
      applications: OF_THREADS,
    }),
  ],
  limits: [THREADS],
};
