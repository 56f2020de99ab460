// Networks that cost much to convert, or once did.

import type { Attack } from './attack.js';
import { chainAttacks } from './conversion-chains.js';
import { constantAttacks } from './conversion-constants.js';
import { messageAttacks } from './conversion-messages.js';
import { tfliteAttacks } from './conversion-tflite.js';

/** Attacks by networks that are converted. */
export const attacks: readonly Attack[] = [...constantAttacks, ...chainAttacks, ...messageAttacks, ...tfliteAttacks];
