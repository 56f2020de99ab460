// Which outputs must agree, and how closely.

import { INT8 } from '../networks/forms.js';

/** Runtimes differ by some 1e-6 of the largest output; more than this is a mistake. */
const OF_FLOATS = 1e-4;

/** Three steps of the output, of which the largest value has at least 127.5: runtimes round ties differently. */
const OF_INT8 = 3 / 127.5;

/**
 * The largest difference of an output from the reference's, relative to the largest value.
 * @param {import('../networks/build.js').NetworkChoice} network
 */
export const maxDifferenceOf = ({ form }) => (form === INT8 ? OF_INT8 : OF_FLOATS);

/**
 * A key of what a network computes. Forms compute the same, but that in int8.
 * @param {import('../networks/build.js').NetworkChoice} network
 */
export const functionOf = ({ architecture, groups, zeros, width, size, form }) =>
  JSON.stringify([architecture, groups, zeros, width, size, form === INT8]);
