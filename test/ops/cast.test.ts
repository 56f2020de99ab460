// Conversions between element types, compared with JavaScript's.

import { test } from 'uvu';
import type { AttrsOf } from '../../src/ir/schema.js';
import { cast } from '../../src/ops/rare/cast.js';
import { refuses } from '../support/cases.js';
import { checkOp } from '../support/harness.js';

type Attrs = AttrsOf<typeof cast.attrs>;

const reference = ([x]: { data: ArrayLike<number> }[], { to }: Attrs): number[] =>
  Array.from(x!.data, (value) =>
    to === 'bool' ? (value !== 0 ? 1 : 0) : to === 'float32' ? value : Math.trunc(value),
  );

const FLOATS = [0, -0.5, 0.5, 1.9, -1.9, 3, -7, 1e6, -1e6, 1e-30, 65535.9];
const INTEGERS = [0, 1, -1, 7, -100, 2 ** 24, -(2 ** 24), 12345, 2, 0, 5];
const TYPES = cast.attrs.to;

checkOp(
  cast,
  reference,
  [1, 3, 4, 5, 11].flatMap((length) =>
    TYPES.flatMap((type) =>
      TYPES.map((to) => {
        const values = type === 'float32' ? FLOATS : type === 'bool' ? INTEGERS.map((value) => value & 1) : INTEGERS;
        return { attrs: { to }, inputs: [{ shape: [length], type, data: values.slice(0, length) }] };
      }),
    ),
  ),
);

checkOp(
  cast,
  reference,
  [[], [16], [67], [2, 3, 4]].map((shape) => ({
    attrs: { to: 'int32' as const },
    inputs: [{ shape, low: -99, high: 99 }],
  })),
);

checkOp(cast, ([x]) => Array.from(x!.data, (value) => Math.max(Math.min(value, 2 ** 31 - 1), -(2 ** 31))), [
  { attrs: { to: 'int64' }, inputs: [{ shape: [4], data: [1e20, -1e20, Infinity, -Infinity] }] },
]);

refuses({
  'a type that does not exist': () =>
    cast.type([{ name: 'x', shape: [1], type: 'float32' }], { to: 'float16' } as unknown as Attrs),
});

test.run();
