// The bundlers of the matrix.

import type { Field } from '../field.js';
import { fieldOf } from './bundler.js';
import { bun, esbuild, rollup } from './esbuild.js';
import { metro } from './metro.js';
import { next } from './next.js';
import { parcel } from './parcel.js';
import { reactNative } from './react-native.js';
import { jest, vitest } from './tests.js';
import { vite } from './vite.js';
import { rspack, webpack } from './webpack.js';

/** All bundlers, in the order of the table. */
export const bundlers: readonly Field[] = [
  ...[5, 6, 7, 8].map(vite),
  webpack,
  rspack,
  next,
  parcel,
  esbuild,
  bun,
  rollup,
  metro,
  reactNative,
  vitest,
  jest,
].map(fieldOf);
