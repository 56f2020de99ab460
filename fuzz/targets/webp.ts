// WebP pictures: the container in TypeScript, and libwebp compiled to WebAssembly.

import { decodeWebp } from '../../src/node/webp.js';
import { pictureTarget } from '../support/pictures.js';

export const target = pictureTarget('WebP', decodeWebp);
