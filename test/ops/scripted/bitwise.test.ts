// bitwise, compared with integers of any size.

import { test } from 'uvu';
import type { AttrsOf } from '../../../src/ir/schema.js';
import { bitwise } from '../../../src/ops/scripted/bitwise.js';
import { refuses, type Dense } from '../../support/cases.js';
import { checkOp } from '../../support/harness.js';

type Attrs = AttrsOf<typeof bitwise.attrs>;

const functions: Record<Attrs['kind'], (a: bigint, b: bigint) => bigint> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
};

const reference = ([a, b]: Dense[], { kind }: Attrs): number[] =>
  Array.from(a!.data, (value, i) => Number(functions[kind](BigInt(value), BigInt(b!.data[i]!))));

const left = [0, 1, -1, 5, 2 ** 31 - 1, -(2 ** 31)];
const right = [7, 3, 12, -6, -(2 ** 31), 255];

checkOp(
  bitwise,
  reference,
  (['int32', 'int64'] as const).flatMap((type) =>
    (['and', 'or', 'xor'] as const).map((kind) => ({
      attrs: { kind },
      inputs: [
        { shape: [2, 3], type, data: left },
        { shape: [2, 3], type, data: right },
      ],
    })),
  ),
);

const value = (shape: number[], type: 'int32' | 'int64' | 'float32') => ({ name: 'x', shape, type });
const attrs = { kind: 'and' } as const;

refuses({
  floats: () => bitwise.type([value([2], 'float32'), value([2], 'float32')], attrs),
  'integers of two types': () => bitwise.type([value([2], 'int32'), value([2], 'int64')], attrs),
  'other shapes': () => bitwise.shape([value([2], 'int32'), value([1], 'int32')], attrs),
});

test.run();
