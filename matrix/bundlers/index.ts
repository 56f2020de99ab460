// The bundlers of the matrix.

import type { Field } from '../field.js';

/** All bundlers, in the order of the table. */
export const bundlers: readonly Field[] = [];
