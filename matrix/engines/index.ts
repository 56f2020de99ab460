// The engines of the matrix.

import type { Field } from '../field.js';
import { browsers } from './browsers.js';
import { hermes } from './hermes.js';
import { processes } from './processes.js';
import { workerd } from './workerd.js';

/** All engines, in the order of the table. */
export const engines: readonly Field[] = [...processes, ...browsers, workerd, hermes];
