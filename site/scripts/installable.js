// The files that make the site an application which browsers can install: its manifest, and its icon as SVG and PNG.

import { readFileSync } from 'node:fs';
import { Resvg } from '@resvg/resvg-js';

const SIZES = [192, 512];

const read = (name) => readFileSync(new URL(`../icon/${name}`, import.meta.url), 'utf8');

/** The plugin. */
export const installable = () => ({
  name: 'installable',
  generateBundle() {
    for (const fileName of ['icon.svg', 'site.webmanifest'])
      this.emitFile({ type: 'asset', fileName, source: read(fileName) });
    for (const size of SIZES) {
      const picture = new Resvg(read('icon.svg'), { fitTo: { mode: 'width', value: size } }).render();
      this.emitFile({ type: 'asset', fileName: `icon-${size}.png`, source: picture.asPng() });
    }
  },
});
