// Kernels that prepare pictures in tests.

import { embeddedHost } from '../../src/kernels/embedded.js';
import { pictureKernels } from '../../src/kernels/pictures.js';

/** The kernels of the build `simd`. */
export const kernels = await pictureKernels(embeddedHost, 'simd');
