// ICO pictures.

import { decodeIco } from '../../src/node/ico.js';
import { pictureTarget } from '../support/pictures.js';

export const target = pictureTarget('icon', decodeIco);
