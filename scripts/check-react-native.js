// Packs the project and uses it as React Native apps do: the types of examples/react-native are checked, Metro bundles it for
// both systems, and a bundle with the transformations of React Native runs in the command line of Hermes. Run after a build.
// What it installs stays in build/react-native/ for the next time. Exit code 3: it cannot be installed.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CANNOT_INSTALL = 3;
const EXAMPLE = join(ROOT, 'examples/react-native');
const FIXTURES = join(ROOT, 'test/package/react-native');
const HERMES = { darwin: 'osx-bin/hermes', linux: 'linux64-bin/hermes', win32: 'win64-bin/hermes.exe' };

/** What the program in Hermes prints. */
const EXPECTED = [
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

/** A configuration of Metro with fakes in place of React and React Native. */
const METRO = `
const { getDefaultConfig } = require('metro-config');
module.exports = (async () => {
  const config = await getDefaultConfig(__dirname);
  const fakes = { type: 'sourceFile', filePath: __dirname + '/fakes.js' };
  config.watchFolders = [require('path').join(__dirname, '../node_modules')];
  config.transformer.babelTransformerPath = require.resolve('@react-native/metro-babel-transformer');
  config.resolver.unstable_conditionNames = ['react-native', 'require'];
  config.resolver.resolveRequest = (context, name, platform) =>
    /^react(-native(-webview)?)?$/.test(name) ? fakes : context.resolveRequest(context, name, platform);
  return config;
})();`;

const run = (folder, command, words) =>
  spawnSync(command, words, {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    env: { ...process.env, CI: '1' },
  });

const must = (what, { status, stdout, stderr }) => {
  if (status !== 0) throw new Error(`${what} failed:\n${stdout}${stderr}`);
  return stdout;
};

/** Whether the packages of the example, and those that run a bundle without it, are there. */
const install = (folder) => {
  const manifest = JSON.parse(readFileSync(join(EXAMPLE, 'package.json'), 'utf8'));
  delete manifest.dependencies.groupwise;
  const version = manifest.dependencies['react-native'];
  Object.assign(manifest.devDependencies, {
    '@react-native/babel-preset': version,
    '@react-native/metro-babel-transformer': version,
    'hermes-engine-cli': '0.12.0',
  });
  const text = JSON.stringify(manifest, undefined, 2);
  const file = join(folder, 'package.json');
  if (existsSync(file) && existsSync(join(folder, 'node_modules/expo')) && readFileSync(file, 'utf8') === text)
    return true;
  writeFileSync(file, text);
  const { status, stderr } = run(folder, 'npm', [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
  ]);
  if (status !== 0) console.error(stderr);
  return status === 0;
};

const unpack = (folder, tarball) => {
  const target = join(folder, 'node_modules/groupwise');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  must('tar', run(folder, 'tar', ['-xzf', tarball, '--strip-components=1', '-C', target]));
};

const checkTypes = (folder) => must('tsc', run(folder, 'npx', ['--no-install', 'tsc', '--noEmit']));

const bundleExample = (folder) => {
  const words = [
    '--no-install',
    'expo',
    'export',
    '--platform',
    'android',
    '--platform',
    'ios',
    '--no-bytecode',
    '--no-minify',
    '--output-dir',
    'out',
  ];
  const text = must('expo export', run(folder, 'npx', words));
  const hasModel = JSON.stringify(JSON.parse(readFileSync(join(folder, 'out/metadata.json'), 'utf8'))).includes(
    '"ext":"gw"',
  );
  if (!hasModel) throw new Error(`the bundle has no model:\n${text}`);
};

const runInHermes = (folder) => {
  const own = join(folder, 'hermes');
  cpSync(FIXTURES, own, { recursive: true });
  writeFileSync(join(own, 'metro.config.js'), METRO);
  writeFileSync(join(own, 'babel.config.js'), "module.exports = { presets: ['module:@react-native/babel-preset'] };");
  writeFileSync(join(own, 'index.js'), "require('./globals');\nrequire('./hermes');\n");
  const words = [
    '--no-install',
    'metro',
    'build',
    'index.js',
    '--out',
    'bundle.js',
    '--platform',
    'android',
    '--config',
    'metro.config.js',
  ];
  must('metro build', run(own, 'npx', words));
  const hermes = join(folder, 'node_modules/hermes-engine-cli', HERMES[process.platform]);
  const lines = must('hermes', run(own, hermes, ['bundle.js']))
    .trim()
    .split('\n');
  if (lines.join('\n') !== EXPECTED.join('\n')) throw new Error(`Hermes printed:\n${lines.join('\n')}`);
};

const STEPS = {
  'types of the example': checkTypes,
  'the example in Metro': bundleExample,
  'a bundle in Hermes': runInHermes,
};

/**
 * Checks a packed package in a folder, and returns why each step failed; nothing if it cannot be installed.
 */
export const checkReactNative = (tarball, folder) => {
  mkdirSync(folder, { recursive: true });
  if (!install(folder)) return undefined;
  unpack(folder, tarball);
  for (const name of readdirSync(EXAMPLE).filter((file) => file !== 'package.json' && file !== 'node_modules'))
    cpSync(join(EXAMPLE, name), join(folder, name));
  return Object.entries(STEPS).map(([name, check]) => {
    try {
      check(folder);
      return { name };
    } catch (error) {
      return { name, reason: error.message };
    }
  });
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(ROOT, 'build/react-native');
  mkdirSync(folder, { recursive: true });
  const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const [{ filename }] = JSON.parse(must('npm pack', run(ROOT, 'npm', words)));
  const results = checkReactNative(join(folder, filename), folder);
  if (!results) process.exitCode = CANNOT_INSTALL;
  for (const { name, reason } of results ?? []) {
    console.log(`${reason ? '! ' : '  '}${name}${reason ? `\n${reason}` : ''}`);
    if (reason) process.exitCode = 1;
  }
}
