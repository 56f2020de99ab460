// build/src -> dist: modules with shared chunks, two files for script tags and `require`, types, the kernels.

import commonjs from '@rollup/plugin-commonjs';
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import dts from 'rollup-plugin-dts';
import { fileURLToPath } from 'node:url';
import { MODULES } from './scripts/kernel-modules.js';
import {
  choose,
  collectLicenses,
  copyKernels,
  embedScript,
  emitWorkers,
  emptyFolder,
  importedBy,
  keepTypeExports,
  keepWasmImports,
  markCommonJs,
  nameFactory,
  patchPackages,
  preferUmd,
  shareErrors,
} from './scripts/rollup-plugins.js';

const inputs = (names, extension) => Object.fromEntries(names.map((name) => [name, `build/src/${name}.${extension}`]));

const LIBRARY = ['index', 'convert', 'node', 'external', 'asmjs', 'edge'];

// The file for script tags and `require`, and those that it loads when it needs them: the rare ops, rare parts of
// loading, and the page's side of workers. Their names end in .js: CDNs serve .cjs files under a type that browsers do not run.
const UMD = 'dist/umd/groupwise.min';
const UMD_OPS = 'dist/umd/groupwise-ops.min.js';
const UMD_LOADING = 'dist/umd/groupwise-loading.min.js';
const UMD_WORKER = 'dist/umd/groupwise-worker.min.js';

// An uncaught error prints the line that throws it, and logs show classes by name: lines stay short, and public classes keep
// their names.
const minify = (options) =>
  terser({
    ecma: 2020,
    compress: { passes: 3, inline: 1, sequences: false },
    keep_classnames: /Error$|^(ImageClassifier|Model)$/,
    format: { comments: false, semicolons: false, max_line_len: 400 },
    ...options,
  });

// Pages never download what only groupwise/node loads: stack traces show it as it was written. The converter and the command
// line would make the package a tenth larger.
const FOR_NODE = /build\/src\/node(\/|\.js)/;
const readable = () =>
  terser({
    compress: false,
    mangle: false,
    keep_classnames: true,
    keep_fnames: true,
    format: { comments: false, beautify: true, indent_level: 1 },
  });

// Packages that applications install if they need them (peer dependencies in package.json) stay imports.
const external = (id) =>
  /^(node:|worker_threads$)/.test(id) ||
  /^(geotiff|@jsquash\/avif|react|react-native|react-native-webview)(\/|$)/.test(id);

// What published libraries are known for; everything else stops the build.
const HARMLESS = ['THIS_IS_UNDEFINED', 'EMPTY_BUNDLE'];
const onwarn = (warning) => {
  const ofLibrary = warning.code === 'CIRCULAR_DEPENDENCY' && warning.ids?.every((id) => id.includes('node_modules'));
  if (!HARMLESS.includes(warning.code) && !ofLibrary) throw new Error(warning.message);
};

// What all of these entries load is one file: a process or page starts sooner with few of them.
const entryOf = (name) => fileURLToPath(new URL(`build/src/${name}.js`, import.meta.url));
const CORE = ['index', 'node', 'external'].map(entryOf);
const [NODE, NOT_NODE] = [entryOf('node'), ['index', 'edge'].map(entryOf)];

// What pages load for the option `worker`. Threads of Node, which share two of these modules with pages, load all of them.
const IN_WORKER =
  /\/worker\/(in-worker|client|failure|not-cloned|portable|start-web-worker|worker-classifier|worker-model)\.js$/;

const plugins = [resolve({ preferBuiltins: true }), commonjs(), patchPackages()];

const esm = {
  input: inputs([...LIBRARY, 'cli'], 'js'),
  output: {
    dir: 'dist',
    format: 'es',
    chunkFileNames: 'chunks/[name].js',
    onlyExplicitManualChunks: true,
    manualChunks: (id, { getModuleInfo }) => {
      if (/\/ops\/(rare|scripted)\b/.test(id)) return 'rare';
      if (/\/runtime\/loading\/(?!load\.)/.test(id)) return 'loading';
      if (IN_WORKER.test(id)) return 'in-worker';
      const loads = (entry) => importedBy(entry, getModuleInfo).has(id);
      if (CORE.every(loads)) return 'core';
      return loads(NODE) && !NOT_NODE.some(loads) ? 'node' : undefined;
    },
  },
  plugins: [
    keepWasmImports(),
    emitWorkers(),
    embedScript([`${UMD}.js`, UMD_OPS, UMD_LOADING]),
    ...plugins,
    collectLicenses(),
    choose((ids) => ids.every((id) => FOR_NODE.test(id)), readable(), minify({ module: true })),
    copyKernels(['simd', 'relaxed', 'scalar', ...MODULES, 'jpeg']),
  ],
  external,
  onwarn,
};

const umd = {
  input: 'build/src/umd.js',
  output: {
    file: `${UMD}.js`,
    format: 'umd',
    name: 'groupwise',
    inlineDynamicImports: true,
    exports: 'named',
  },
  plugins: [emptyFolder('dist'), preferUmd(), ...plugins, nameFactory(), minify(), markCommonJs()],
  external,
  onwarn,
};

const errors = fileURLToPath(new URL('build/src/errors.js', import.meta.url));

const besideUmd = (input, file, name) => ({
  input,
  output: {
    file,
    format: 'umd',
    name,
    globals: { groupwise: 'groupwise' },
    paths: { groupwise: './groupwise.min.js' },
  },
  plugins: [shareErrors(errors, 'groupwise'), ...plugins, minify()],
  external: ['groupwise'],
  onwarn,
});

const umdOps = besideUmd('build/src/ops/rare.js', UMD_OPS, 'groupwiseOps');
const umdLoading = besideUmd('build/src/runtime/loading/index.js', UMD_LOADING, 'groupwiseLoading');
const umdWorker = besideUmd('build/src/worker/in-worker.js', UMD_WORKER, 'groupwiseWorker');

// The script of the page in React Native's web view, a text in the entry for React Native.
const NATIVE_PAGE = 'build/react-native-page.js';

const nativePage = {
  input: 'build/src/react-native/page.js',
  output: { file: NATIVE_PAGE, format: 'iife' },
  plugins: [...plugins, minify()],
  onwarn,
};

// Apps load it without the other entries, so it shares no code with them except the text of the file for script tags.
const native = {
  input: {
    'react-native': 'build/src/react-native.js',
    'without-webassembly': 'build/src/react-native/without-webassembly.js',
  },
  output: {
    dir: 'dist',
    format: 'es',
    chunkFileNames: 'chunks/native-[name].js',
    paths: (id) => (id.endsWith('/script-text.js') ? './chunks/script-text.js' : id),
  },
  plugins: [embedScript([NATIVE_PAGE], 'page-text'), ...plugins, minify({ module: true })],
  external: (id) => external(id) || id.endsWith('/script-text.js'),
  onwarn,
};

// The types of `using`, which are not in every compilation.
const banner = '/// <reference lib="esnext.disposable" />';

const esmTypes = {
  input: inputs([...LIBRARY, 'react-native'], 'd.ts'),
  output: {
    dir: 'dist',
    format: 'es',
    entryFileNames: '[name].d.ts',
    chunkFileNames: ({ name }) => `chunks/${name.replace('.d', '')}.d.ts`,
    banner,
  },
  plugins: [dts(), keepTypeExports()],
  external,
  onwarn,
};

const umdTypes = {
  input: 'build/src/index.d.ts',
  output: { file: `${UMD}.d.ts`, format: 'es', banner },
  plugins: [dts(), keepTypeExports()],
  external,
  onwarn,
};

// the files for script tags are in a module too, as the script of workers
export default [umd, umdOps, umdLoading, umdWorker, nativePage, esm, native, esmTypes, umdTypes];
