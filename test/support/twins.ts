// Kernels without SIMD run along in tests of the build `simd`, and must compute the same bits.

import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import type { ConstantData } from '../../src/ir/value.js';
import { givenKernels } from '../../src/kernels/given.js';
import { javascriptHost } from '../../src/kernels/javascript.js';
import type { Build, Host } from '../../src/kernels/wasm.js';

const TWINS = [givenKernels({ scalar: readFileSync('build/kernels/scalar.wasm') }), javascriptHost];

/** What else computes the bits of a build. */
export const twinsOf = (build: Build): readonly Host[] => (build === 'simd' ? TWINS : []);

/** Checks that the kernels computed the same; zeros have their signs, but all NaNs are the same. */
export const assertTwins = (found: ConstantData, expected: ConstantData): void => {
  const at = found.findIndex((value, i) => !Object.is(value, expected[i]));
  assert.ok(at < 0, `kernels without SIMD computed ${found[at]} at ${at}; expected ${expected[at]}`);
  assert.is(found.length, expected.length);
};
