// build/src -> dist: ESM and CommonJS entries with shared chunks, one file for a script tag, types, the kernels.

import { fileURLToPath } from 'node:url';
import commonjs from '@rollup/plugin-commonjs';
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import dts from 'rollup-plugin-dts';
import { collectLicences, copyKernels, keepTypeExports } from './scripts/rollup-plugins.js';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const inputs = (names, extension) => Object.fromEntries(names.map((name) => [name, `build/src/${name}.${extension}`]));

const LIBRARY = ['index', 'convert', 'node', 'external'];

const minify = (options) => terser({ ecma: 2020, compress: { passes: 2 }, format: { comments: false }, ...options });

// The decoders are one file that both kinds of modules import when a photo is decoded.
const CODECS = path('build/src/node/codecs.js');
const shareCodecs = {
  name: 'share-codecs',
  async resolveId(source, importer, options) {
    const found = importer && (await this.resolve(source, importer, { ...options, skipSelf: true }));
    return found?.id === CODECS ? { id: path('build/src/chunks/codecs.js'), external: true } : null;
  },
};

const external = (id) => id.startsWith('node:');

// What published libraries are known for; everything else stops the build.
const HARMLESS = ['THIS_IS_UNDEFINED', 'EMPTY_BUNDLE'];
const onwarn = (warning) => {
  const ofLibrary = warning.code === 'CIRCULAR_DEPENDENCY' && warning.ids?.every((id) => id.includes('node_modules'));
  if (!HARMLESS.includes(warning.code) && !ofLibrary) throw new Error(warning.message);
};
const plugins = [resolve({ preferBuiltins: true }), commonjs(), collectLicences()];

const esm = {
  input: inputs([...LIBRARY, 'cli'], 'js'),
  output: { dir: 'dist', format: 'es', chunkFileNames: 'chunks/[name].js' },
  plugins: [shareCodecs, ...plugins, minify({ module: true }), copyKernels(['simd', 'relaxed'])],
  external,
  onwarn,
};

const cjs = {
  input: inputs(LIBRARY, 'js'),
  output: { dir: 'dist', format: 'cjs', exports: 'named', entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name].cjs' },
  plugins: [shareCodecs, ...plugins, minify({ toplevel: true })],
  external,
  onwarn,
};

const codecs = {
  input: CODECS,
  output: { dir: 'dist', format: 'es', entryFileNames: 'chunks/codecs.js' },
  plugins: [...plugins, minify({ module: true })],
  external,
  onwarn,
};

const iife = {
  input: 'build/src/index.js',
  output: { file: 'dist/groupwise.iife.min.js', format: 'iife', name: 'groupwise', inlineDynamicImports: true, exports: 'named' },
  plugins: [...plugins, minify()],
  external,
  onwarn,
};

const types = (extension) => ({
  input: inputs(LIBRARY, 'd.ts'),
  output: { dir: 'dist', format: 'es', entryFileNames: `[name].${extension}`, chunkFileNames: ({ name }) => `chunks/${name.replace('.d', '')}.${extension}` },
  plugins: [dts(), keepTypeExports()],
  external,
  onwarn,
});

export default [esm, cjs, codecs, iife, types('d.ts'), types('d.cts')];
