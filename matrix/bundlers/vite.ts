// Vite, its builds and its development server.

import { assetPages, html, named, PAGES, SERVERS, type UrlOf } from './application.js';
import { buildPages, buildServers, command, developPages, type Bundler, type Limit } from './bundler.js';

const urlOf: UrlOf = (path) => `import url from '${path}?url';`;

const FILES = { 'index.html': html('<script type="module" src="./src/index.js"></script>') };
const BUILD = [command('vite'), 'build'];
const CASES = [...PAGES, ...assetPages(urlOf)];

/** Whether builds refuse workers that load modules later, unless they are configured. */
const refusesChunks = (version: number): boolean => version < 8;

const REFUSED_CHUNKS: Limit = {
  kind: 'configurable',
  place: 'build',
  cases: ['own worker'],
  error: /not supported for code-splitting builds/,
  reason: "needs worker: { format: 'es' } in vite.config.js",
};

const MODULE_WORKERS = buildPages("build, worker.format: 'es'", {
  files: { ...FILES, 'vite.config.js': "export default { worker: { format: 'es' } };" },
  commands: () => [BUILD],
  applications: named('own worker', PAGES),
});

/** A version of Vite. */
export const vite = (version: number): Bundler => ({
  name: `vite-${version}`,
  packages: [`vite@${version}`],
  places: [
    buildPages('build', { files: FILES, commands: () => [BUILD], applications: CASES }),
    developPages('dev', FILES, (port) => [command('vite'), '--host', '127.0.0.1', '--port', port], CASES),
    buildServers('server', {
      commands: [[...BUILD, '--ssr', 'src/index.js']],
      output: 'dist/index.js',
      applications: SERVERS,
    }),
    ...(refusesChunks(version) ? [MODULE_WORKERS] : []),
  ],
  limits: refusesChunks(version) ? [REFUSED_CHUNKS] : [],
});
