// Functions of two arrays, element by element, with broadcasting.

import { ShapeError } from '../errors.js';
import type { Value } from '../ir/value.js';
import { defineOp } from '../ir/op.js';
import { listTable } from '../ir/plan.js';
import type { AttrsOf } from '../ir/schema.js';
import { sizeOf, type DataType } from '../ir/tensor.js';
import { BINARY_KINDS } from '../kernels/layout.js';
import { MAX_PARTS, SPARE } from '../kernels/parts.js';
import { broadcastShape, broadcastTable } from './shared/broadcast.js';

const schema = { kind: BINARY_KINDS } as const;

type BinaryAttrs = AttrsOf<typeof schema>;

/** Boolean kinds. */
const LOGIC: ReadonlySet<string> = new Set<BinaryAttrs['kind']>(['and', 'or', 'xor']);

/** Kinds that compare numbers; `equal` also compares booleans. */
const COMPARISONS: ReadonlySet<string> = new Set<BinaryAttrs['kind']>([
  'equal',
  'greater',
  'less',
  'greaterOrEqual',
  'lessOrEqual',
]);

/**
 * y = f(a, b), f by `kind`; shapes broadcast as in NumPy. `prelu` is a < 0 ? a * b : a. `mod` has the sign
 * of `a` for floats, that of `b` for integers. Integer division truncates; division by 0 gives 0.
 */
export const binary = defineOp({
  code: 7,
  name: 'binary',
  inputs: { a: 'value', b: 'value' },
  attrs: schema,
  type: ({ a, b }, attrs) => typeFor(a, b, attrs),
  shape: ({ a, b }, attrs) => {
    typeFor(a, b, attrs);
    return broadcastShape(a.shape, b.shape);
  },
  plan: ({ a, b }, output, attrs) => {
    const axes = broadcastTable(output.shape, a.shape, b.shape);
    const [table, count] = [listTable(axes), axes[1]!];
    const counters = { bytes: SPARE.binary * MAX_PARTS };
    const kind = BINARY_KINDS.indexOf(attrs.kind);
    return {
      tables: [table],
      scratch: [counters],
      overwrites: [a, b].find(({ shape, data }) => !data && sizeOf(shape) === sizeOf(output.shape)),
      bind: (kernels, address) => {
        const [to, left, right, list] = [address(output), address(a), address(b), address(table)];
        if (a.type !== 'float32') return () => kernels.binaryInt(to, left, right, list, kind);
        const scratch = address(counters);
        return () => kernels.binary(to, left, right, list, scratch, kind, 0, count);
      },
    };
  },
});

const takes = (type: DataType, kind: BinaryAttrs['kind']): boolean => {
  if (type === 'bool') return LOGIC.has(kind) || kind === 'equal';
  return !LOGIC.has(kind) && (type === 'float32' || kind !== 'prelu');
};

const typeFor = (a: Value, b: Value, { kind }: BinaryAttrs): DataType => {
  if (!BINARY_KINDS.includes(kind)) throw new ShapeError(`unknown binary kind ${kind}`);
  if (a.type !== b.type) throw new ShapeError(`${b.name} is ${b.type}, ${a.name} is ${a.type}`);
  if (!takes(a.type, kind)) throw new ShapeError(`${a.name} is ${a.type}, which ${kind} does not support`);
  return LOGIC.has(kind) || COMPARISONS.has(kind) ? 'bool' : a.type;
};
