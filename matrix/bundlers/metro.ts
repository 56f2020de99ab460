// Metro, for pages, and as new React Native applications configure it. Bundles for React Native are opened in a page too: what
// needs no native module runs there.

import { classifying, converting, isWithoutWorker, named, PAGES, type Application } from './application.js';
import { buildPages, command, type Bundler, type PageBuild } from './bundler.js';

const BABEL = { 'babel.config.js': "module.exports = { presets: ['module:@react-native/babel-preset'] };\n" };

const REACT_NATIVE = `const { getDefaultConfig } = require('@react-native/metro-config');
module.exports = getDefaultConfig(__dirname);
`;

/** What an application gets that imports from `groupwise`: an error that names `groupwise/react-native`. */
const REFUSED: Application = {
  name: 'groupwise names groupwise/react-native',
  expected: 'EngineError true',
  files: {
    'case.js': `import { loadClassifier } from 'groupwise';

export const run = () =>
  loadClassifier('model.gw').catch(({ name, message }) => name + ' ' + message.includes("'groupwise/react-native'"));
`,
  },
};

const build = (config: string, platform: string, applications: readonly Application[]): PageBuild => ({
  files: { ...BABEL, 'metro.config.js': config, 'dist/index.js': '' },
  commands: () => [[command('metro'), 'build', 'src/index.js', '--out', 'dist/index.js', '--platform', platform]],
  script: '<script src="index.js"></script>',
  applications,
});

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
    buildPages('web', build('module.exports = {};\n', 'web', PAGES.filter(isWithoutWorker))),
    buildPages(
      'React Native',
      build(REACT_NATIVE, 'android', [
        REFUSED,
        classifying('asmjs', 'groupwise/asmjs'),
        converting('groupwise/asmjs'),
        ...named('external', PAGES),
      ]),
    ),
  ],
  limits: [
    {
      kind: 'impossible',
      place: 'web',
      cases: ['external'],
      error: /import\.meta/,
      reason: 'bundles of Metro are scripts, which have no import.meta: use groupwise instead of groupwise/external',
    },
  ],
};
