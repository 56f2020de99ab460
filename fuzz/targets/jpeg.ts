// JPEG pictures.

import { decodeJpeg } from '../../src/node/jpeg/jpeg.js';
import { pictureTarget } from '../support/pictures.js';

export const target = pictureTarget('JPEG', decodeJpeg);
