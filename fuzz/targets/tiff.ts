// TIFF pictures, decoded by the package geotiff.

import { decodeTiff } from '../../src/node/tiff.js';
import { pictureTarget } from '../support/pictures.js';

export const target = pictureTarget('TIFF', decodeTiff, { maxLength: 2048 });
