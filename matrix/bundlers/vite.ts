// Vite, its builds and its development server.

import { assetPages, html, named, PAGES, SERVERS, type UrlOf } from './application.js';
import { buildPages, buildServers, command, developPages, type Bundler } from './bundler.js';

const urlOf: UrlOf = (path) => `import url from '${path}?url';`;

const FILES = { 'index.html': html('<script type="module" src="./src/index.js"></script>') };
const BUILD = [command('vite'), 'build'];
const CASES = [...PAGES, ...assetPages(urlOf)];

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
    buildPages("build, worker.format: 'es'", {
      files: { ...FILES, 'vite.config.js': "export default { worker: { format: 'es' } };" },
      commands: () => [BUILD],
      applications: named('own worker', PAGES),
    }),
  ],
  limits: [
    {
      place: 'build',
      cases: ['own worker'],
      error: /not supported for code-splitting builds/,
      reason: "needs worker: { format: 'es' } in vite.config.js",
    },
  ],
});
