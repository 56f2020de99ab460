// build/src -> dist: modules with shared chunks, CommonJS entries that import them, one file for a script tag, types, the kernels.

import commonjs from '@rollup/plugin-commonjs';
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import dts from 'rollup-plugin-dts';
import { collectLicenses, copyKernels, emitWorkers, emptyFolder, keepTypeExports } from './scripts/rollup-plugins.js';

const inputs = (names, extension) => Object.fromEntries(names.map((name) => [name, `build/src/${name}.${extension}`]));

const LIBRARY = ['index', 'convert', 'node', 'external'];

const minify = (options) => terser({ ecma: 2020, compress: { passes: 2 }, format: { comments: false }, ...options });

// What CommonJS entries import when it is needed is the entry of the same name beside them.
const importModules = {
  name: 'import-modules',
  resolveDynamicImport: (specifier) => ({ id: specifier.replace('../', './'), external: true }),
};

const external = (id) => id.startsWith('node:');

// What published libraries are known for; everything else stops the build.
const HARMLESS = ['THIS_IS_UNDEFINED', 'EMPTY_BUNDLE'];
const onwarn = (warning) => {
  const ofLibrary = warning.code === 'CIRCULAR_DEPENDENCY' && warning.ids?.every((id) => id.includes('node_modules'));
  if (!HARMLESS.includes(warning.code) && !ofLibrary) throw new Error(warning.message);
};
const plugins = [resolve({ preferBuiltins: true }), commonjs(), collectLicenses()];

const esm = {
  input: inputs([...LIBRARY, 'cli'], 'js'),
  output: { dir: 'dist', format: 'es', chunkFileNames: 'chunks/[name].js' },
  plugins: [emptyFolder('dist'), emitWorkers(), ...plugins, minify({ module: true }), copyKernels(['simd', 'relaxed'])],
  external,
  onwarn,
};

const cjs = {
  input: Object.fromEntries(LIBRARY.map((name) => [name, `build/src/commonjs/${name}.js`])),
  output: {
    dir: 'dist',
    format: 'cjs',
    exports: 'named',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name].cjs',
  },
  plugins: [importModules, ...plugins, minify({ toplevel: true })],
  external,
  onwarn,
};

const iife = {
  input: 'build/src/index.js',
  output: {
    file: 'dist/groupwise.iife.min.js',
    format: 'iife',
    name: 'groupwise',
    inlineDynamicImports: true,
    exports: 'named',
  },
  plugins: [...plugins, minify()],
  external,
  onwarn,
};

const types = (extension) => ({
  input: inputs(LIBRARY, 'd.ts'),
  output: {
    dir: 'dist',
    format: 'es',
    entryFileNames: `[name].${extension}`,
    chunkFileNames: ({ name }) => `chunks/${name.replace('.d', '')}.${extension}`,
  },
  plugins: [dts(), keepTypeExports()],
  external,
  onwarn,
});

export default [esm, cjs, iife, types('d.ts'), types('d.cts')];
