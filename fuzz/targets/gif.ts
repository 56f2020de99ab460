// GIF pictures.

import { decodeGif } from '../../src/node/gif.js';
import { pictureTarget } from '../support/pictures.js';

export const target = pictureTarget('GIF', decodeGif);
