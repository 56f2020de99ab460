// Networks that cost much to convert, or once did.

import type { Attack } from './attack.js';
import { branchAttacks } from './conversion-branches.js';
import { constantAttacks } from './conversion-constants.js';
import { dataAttacks } from './conversion-data.js';
import { listAttacks } from './conversion-lists.js';
import { messageAttacks } from './conversion-messages.js';
import { nestingAttacks } from './conversion-nesting.js';
import { rowAttacks } from './conversion-rows.js';
import { tfliteFileAttacks } from './conversion-tflite-files.js';
import { tfliteOperatorAttacks } from './conversion-tflite-operators.js';

/** Attacks by networks that are converted. */
export const attacks: readonly Attack[] = [
  ...[...constantAttacks, ...rowAttacks, ...branchAttacks, ...listAttacks, ...messageAttacks, ...nestingAttacks],
  ...[...dataAttacks, ...tfliteFileAttacks, ...tfliteOperatorAttacks],
];
