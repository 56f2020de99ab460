// inverse, compared with the definitions by arctangents and logarithms.

import { test } from 'uvu';
import type { AttrsOf } from '../../../src/ir/schema.js';
import { inverse } from '../../../src/ops/scripted/inverse.js';
import { refuses, type Dense } from '../../support/cases.js';
import { checkOp } from '../../support/harness.js';

type Attrs = AttrsOf<typeof inverse.attrs>;

const functions: Record<Attrs['kind'], (x: number) => number> = {
  asin: (x) => Math.atan2(x, Math.sqrt(1 - x * x)),
  acos: (x) => Math.atan2(Math.sqrt(1 - x * x), x),
  atan: (x) => Math.atan2(x, 1),
  asinh: (x) => Math.sign(x) * Math.log(Math.abs(x) + Math.sqrt(x * x + 1)),
  acosh: (x) => Math.log(x + Math.sqrt(x * x - 1)),
  atanh: (x) => Math.log((1 + x) / (1 - x)) / 2,
};

const reference = ([x]: Dense[], { kind }: Attrs): number[] => Array.from(x!.data, functions[kind]);

const kinds = Object.keys(functions) as Attrs['kind'][];

checkOp(
  inverse,
  reference,
  kinds.flatMap((kind) => [
    { attrs: { kind }, inputs: [{ shape: [3, 5], low: kind === 'acosh' ? 1 : -1, high: kind === 'acosh' ? 20 : 1 }] },
    { attrs: { kind }, inputs: [{ shape: [5], data: [-1, 0, 1, 1.5, NaN] }] },
    { attrs: { kind }, inputs: [{ shape: [1], low: 0, high: 1 }] },
  ]),
  { absolute: 1e-6, relative: 1e-6 },
);

refuses({ integers: () => inverse.type([{ name: 'x', shape: [2], type: 'int64' }], { kind: 'atan' }) });

test.run();
