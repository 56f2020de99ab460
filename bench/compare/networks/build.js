// From the name of a network and its form to its nodes and weights.

import { ARCHITECTURES } from './architectures/index.js';
import { FORMS } from './forms.js';

/**
 * @typedef {object} NetworkChoice
 * @property {string} architecture a key of ARCHITECTURES
 * @property {number} groups learned groups of each convolution; 1 for the dense network
 * @property {number} [zeros] share of the weights that are 0 in panels
 * @property {number} [width] factor of the channels, where the architecture has one; 1 by default
 * @property {string} form a key of FORMS; `dense` for the dense network
 * @property {number} [size] height and width of the picture; by default as published
 */

/** The form of a network without learned groups or zeros. */
export const DENSE = 'dense';

/** @param {NetworkChoice} choice */
export const buildNetwork = ({ architecture, form, ...variant }) => {
  const network = ARCHITECTURES[architecture](variant);
  return form === DENSE ? network : FORMS[form](network);
};
