// From the name of a network and its form to its nodes and weights.

import { ARCHITECTURES } from './architectures.js';
import { FORMS } from './forms.js';

/**
 * @typedef {object} NetworkChoice
 * @property {string} architecture a key of ARCHITECTURES
 * @property {number} groups learned groups of each convolution; 1 for the dense network
 * @property {string} form a key of FORMS; `dense` for the dense network
 */

/** The form of a network without learned groups. */
export const DENSE = 'dense';

/** @param {NetworkChoice} choice */
export const buildNetwork = ({ architecture, groups, form }) => {
  const network = ARCHITECTURES[architecture](groups);
  return form === DENSE ? network : FORMS[form](network);
};
