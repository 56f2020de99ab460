// webpack, and Rspack, which has its interface.

import { assetPages, PAGES, SERVERS, type UrlOf } from './application.js';
import { buildPages, buildServers, command, type Bundler, type Place } from './bundler.js';

const urlOf: UrlOf = (path) => `const url = new URL('${path}', import.meta.url);`;

const places = (...words: readonly string[]): Place[] => [
  buildPages('build', {
    commands: () => [words],
    script: '<script defer src="main.js"></script>',
    applications: [...PAGES, ...assetPages(urlOf)],
  }),
  buildServers('server', {
    // webpack writes CommonJS
    files: { 'server.js': "export default { target: 'node' };", 'dist/package.json': '{ "type": "commonjs" }' },
    commands: [[...words, '--config', 'server.js']],
    output: 'dist/main.js',
    applications: SERVERS,
  }),
];

/** webpack 5. */
export const webpack: Bundler = {
  name: 'webpack',
  packages: ['webpack@5', 'webpack-cli'],
  places: places(command('webpack'), '--mode', 'production'),
};

/** Rspack. */
export const rspack: Bundler = {
  name: 'rspack',
  packages: ['@rspack/core', '@rspack/cli'],
  places: places(command('rspack'), 'build', '--mode', 'production'),
};
