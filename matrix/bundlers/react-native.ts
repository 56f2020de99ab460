// React Native: types and bundles of the example, which is an Expo project, and a program that runs in the command line of
// Hermes after the transformations of React Native.

import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attemptAll } from '../attempt.js';
import { writeFiles } from '../write-files.js';
import { command, type Bundler, type Place } from './bundler.js';
import { runCommand } from './process.js';

const EXAMPLE = 'examples/react-native';
const PROGRAM = 'test/package/react-native';
const HERMES: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'osx-bin/hermes',
  linux: 'linux64-bin/hermes',
  win32: 'win64-bin/hermes.exe',
};

type Packages = Record<string, string>;

const { dependencies, devDependencies } = JSON.parse(readFileSync(join(EXAMPLE, 'package.json'), 'utf8')) as {
  dependencies: Packages;
  devDependencies: Packages;
};
const { groupwise: _, ...others } = dependencies;
const version = dependencies['react-native']!;

const PACKAGES: Packages = {
  ...others,
  ...devDependencies,
  '@react-native/babel-preset': version,
  '@react-native/metro-babel-transformer': version,
  'hermes-engine-cli': '0.12.0',
};

/** Platforms whose bundle has the model as an asset. */
const platformsWithModel = (folder: string): string[] => {
  const { fileMetadata } = JSON.parse(readFileSync(join(folder, 'out/metadata.json'), 'utf8')) as {
    fileMetadata: Record<string, { assets: { ext: string }[] }>;
  };
  return Object.keys(fileMetadata).filter((platform) => fileMetadata[platform]!.assets.some(({ ext }) => ext === 'gw'));
};

type Case = { name: string; expected: string; run: (folder: string) => Promise<string> };

const TYPES: Case = {
  name: 'types',
  expected: '',
  run: (folder) => runCommand(folder, [command('tsc'), '--noEmit']),
};

const BUNDLES: Case = {
  name: 'bundles with the model as an asset',
  expected: 'android, ios',
  run: async (folder) => {
    const platforms = ['--platform', 'android', '--platform', 'ios'];
    const plain = ['--no-bytecode', '--no-minify', '--output-dir', 'out'];
    await runCommand(folder, [command('expo'), 'export', ...platforms, ...plain]);
    return platformsWithModel(folder).sort().join(', ');
  },
};

/** What the program prints. */
const PRINTED = [
  'html true',
  '[{"label":"cat","index":0,"score":0.8787022829055786}]',
  '0.5,0.25',
  'cat',
  'true GW_FORMAT no model',
  'true',
  "EngineError React Native has no WebAssembly: import from 'groupwise/react-native', whose <GroupwiseView /> runs models in a web view",
  'loadClassifier "https://example.com/model.gw"',
  'classify {"data":{"$packed":"Uint8Array","text":"AQID"},"width":1,"he',
  'scores {"data":{"$packed":"Uint8Array","text":"AQID"},"width":1,"he',
  'classify {"data":{"$packed":"Uint8Array","text":"AQID"},"width":1,"he',
  'loadClassifier "https://example.com/model.gw"',
  'closed',
  'closed',
];

/** The program's project, with fakes in place of React and React Native. */
const FILES = {
  'index.js': "require('./globals');\nrequire('./hermes');\n",
  'babel.config.js': "module.exports = { presets: ['module:@react-native/babel-preset'] };\n",
  'metro.config.js': `const { getDefaultConfig } = require('metro-config');

module.exports = (async () => {
  const config = await getDefaultConfig(__dirname);
  const fakes = { type: 'sourceFile', filePath: __dirname + '/fakes.js' };
  config.watchFolders = [require('path').join(__dirname, '../node_modules')];
  config.transformer.babelTransformerPath = require.resolve('@react-native/metro-babel-transformer');
  config.resolver.unstable_conditionNames = ['react-native', 'require'];
  config.resolver.resolveRequest = (context, name, platform) =>
    /^react(-native(-webview)?)?$/.test(name) ? fakes : context.resolveRequest(context, name, platform);
  return config;
})();
`,
};

const RUNS: Case = {
  name: 'groupwise/react-native',
  expected: PRINTED.join('\n'),
  run: async (folder) => {
    const own = join(folder, 'hermes');
    const modules = join('..', 'node_modules');
    cpSync(PROGRAM, own, { recursive: true });
    writeFiles(own, FILES);
    const build = ['build', 'index.js', '--out', 'bundle.js', '--platform', 'android', '--config', 'metro.config.js'];
    await runCommand(own, [join(modules, '.bin', 'metro'), ...build]);
    const hermes = join(modules, 'hermes-engine-cli', HERMES[process.platform] ?? '');
    return (await runCommand(own, [hermes, 'bundle.js'])).trim();
  },
};

const copyExample = (folder: string): void =>
  cpSync(EXAMPLE, folder, { recursive: true, filter: (path) => !/package\.json$|node_modules/.test(path) });

const place = (name: string, cases: readonly Case[], prepare = (_folder: string): void => {}): Place => ({
  name,
  run: ({ folder }) => {
    prepare(folder);
    return attemptAll(cases, ({ run }) => run(folder));
  },
});

/** React Native, whose bundler is Metro. */
export const reactNative: Bundler = {
  name: 'react-native',
  packages: Object.entries(PACKAGES).map(([name, wanted]) => `${name}@${wanted}`),
  manifest: { type: 'commonjs', main: 'index.js' },
  places: [place('example with Expo', [TYPES, BUNDLES], copyExample), place('Hermes', [RUNS])],
};
