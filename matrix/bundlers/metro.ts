// Metro, as new React Native applications configure it. The bundles are opened in a page, where they can run.

import { isWithoutWorker, PAGES } from './application.js';
import { buildPages, command, type Bundler } from './bundler.js';

const FILES = {
  'metro.config.js': `const { getDefaultConfig } = require('@react-native/metro-config');
module.exports = getDefaultConfig(__dirname);
`,
  'babel.config.js': "module.exports = { presets: ['module:@react-native/babel-preset'] };\n",
  'dist/index.js': '',
};

/** The bundler of React Native. */
export const metro: Bundler = {
  name: 'metro',
  packages: [
    'metro',
    '@react-native/metro-config',
    '@react-native/babel-preset',
    '@babel/core',
    'react-native',
    'react',
  ],
  manifest: { type: 'commonjs' },
  places: [
    buildPages('build', {
      files: FILES,
      commands: () => [[command('metro'), 'build', 'src/index.js', '--out', 'dist/index.js', '--platform', 'android']],
      script: '<script src="index.js"></script>',
      applications: PAGES.filter(isWithoutWorker),
    }),
  ],
};
