// BMP pictures.

import { decodeBmp } from '../../src/node/bmp.js';
import { pictureTarget } from '../support/pictures.js';

export const target = pictureTarget('BMP', decodeBmp);
