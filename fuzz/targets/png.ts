// PNG pictures, changed inside the compression and with valid checksums.

import { decodePng } from '../../src/node/png.js';
import { picturesOf, pictureTarget } from '../support/pictures.js';
import { deflated, inflated } from '../support/png-chunks.js';

export const target = pictureTarget('PNG', (bytes, maxPixels) => decodePng(deflated(bytes), maxPixels), {
  seeds: () =>
    Object.fromEntries(
      Object.entries(picturesOf('PNG')).flatMap(([name, bytes]) => {
        const plain = inflated(bytes);
        return plain && plain.length < 3000
          ? [
              [name, bytes],
              [`${name}, inflated`, plain],
            ]
          : [[name, bytes]];
      }),
    ),
});
