// Builds the site into build/site: static files that work in any folder of any server. It only builds: the guide's pages are
// made from what was bundled.

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { classMaps } from './scripts/class-maps.js';
import { guide } from './scripts/guide/plugin.js';
import { installable } from './scripts/installable.js';
import { offline } from './scripts/offline.js';
import { policy } from './scripts/policy.js';
import { tokens } from './scripts/tokens.js';

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  appType: 'mpa',
  root: pathOf('.'),
  publicDir: false,
  base: './',
  clearScreen: false,
  logLevel: 'warn',
  resolve: { alias: { 'groupwise/convert': pathOf('../dist/convert.js'), groupwise: pathOf('../dist/index.js') } },
  assetsInclude: ['**/*.gw'],
  plugins: [tokens(), classMaps(), policy(), guide('guide'), installable(), offline()],
  build: {
    outDir: pathOf('../build/site'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 0,
    // GitHub Pages leaves out files whose names begin with `_`, as names of chunks may
    rolldownOptions: {
      checks: { pluginTimings: false },
      input: { index: pathOf('index.html'), guide: pathOf('src/guide/index.ts') },
      output: { chunkFileNames: 'assets/chunk-[hash].js' },
    },
  },
});
