// Other ways to run kernels take part in tests of a build, and must compute the same bits: kernels without SIMD, and kernels
// whose work is divided into parts.

import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import type { ConstantData } from '../../src/ir/value.js';
import { embeddedHost } from '../../src/kernels/embedded.js';
import { givenKernels } from '../../src/kernels/given.js';
import { javascriptHost } from '../../src/kernels/javascript.js';
import type { Build, Host } from '../../src/kernels/wasm.js';
import { MAX_PARTS } from '../../src/kernels/parts.js';
import { withCrew } from '../../src/threads/split.js';
import { everyKernel } from './every-kernel.js';

/** The most arguments of a kernel. */
const MAX_ARGUMENTS = 19;

const TWINS = [givenKernels({ scalar: readFileSync('build/kernels/scalar.wasm') }), javascriptHost];

/** The embedded kernels, whose work is divided as for threads, but done by one, part after part from the last to the first. */
export const inParts: Host = {
  ...embeddedHost,
  instantiate: async (build, memory) => {
    const kernels = await everyKernel(embeddedHost, build, memory);
    const parts = Array.from({ length: MAX_PARTS }, () => new Float64Array(MAX_ARGUMENTS));
    return withCrew(
      kernels,
      {
        size: 3,
        parts,
        run: (name, count) => {
          for (const args of parts.slice(0, count).reverse())
            Reflect.apply(kernels[name as 'conv'], undefined, [...args]);
        },
      },
      1,
    );
  },
};

/** What else computes the bits of a build: hosts, each with its build. */
export const twinsOf = (build: Build): readonly (readonly [Host, Build])[] => [
  [inParts, build],
  ...(build === 'simd' ? TWINS.map((host) => [host, 'scalar'] as const) : []),
];

/** Checks that the kernels computed the same; zeros have their signs, but all NaNs are the same. */
export const assertTwins = (found: ConstantData, expected: ConstantData): void => {
  const at = found.findIndex((value, i) => !Object.is(value, expected[i]));
  assert.ok(at < 0, `the other kernels computed ${found[at]} at ${at}; expected ${expected[at]}`);
  assert.is(found.length, expected.length);
};
