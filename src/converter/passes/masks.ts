// Which values are masks: factors that are exactly 0 where a condition of the sample holds.

import { firstInput, type Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import { binary } from '../../ops/binary.js';
import { cast } from '../../ops/rare/cast.js';
import { clip } from '../../ops/clip.js';
import { expand } from '../../ops/rare/expand.js';
import { gather } from '../../ops/rare/gather.js';
import { reshape } from '../../ops/reshape.js';
import { slice } from '../../ops/slice.js';
import { transpose } from '../../ops/transpose.js';
import { unary } from '../../ops/unary.js';
import { where } from '../../ops/rare/where.js';
import type { AnyOp } from '../../ir/op.js';
import type { GraphEditor } from './editor.js';

/** `bits` are 0 or 1; `zeros` are 0 or any other number. */
export type Mask = 'bits' | 'zeros';

/** More ops than this do not make a mask; networks do it with a few. */
const MAX_DEPTH = 32;

const MOVES: ReadonlySet<AnyOp> = new Set([cast, expand, gather, reshape, slice, transpose]);

/** What kind of mask a value is, from the ops that make it; undefined if nothing shows that it can be 0. */
export const maskOf = (value: Value, editor: GraphEditor): Mask | undefined => {
  const known = new Map<Value, Mask | undefined>(); // so that a square of a square of ... is followed once
  const find = (input: Value, depth: number): Mask | undefined => {
    const maker = editor.maker(input);
    if (maker && depth < MAX_DEPTH && !known.has(input))
      known.set(
        input,
        maskMadeBy(maker, editor, (source) => find(source, depth + 1)),
      );
    return known.get(input);
  };
  return find(value, 0);
};

/** What kind of mask a node makes; `find` is the kind of its inputs. */
const maskMadeBy = (maker: Node, editor: GraphEditor, find: (input: Value) => Mask | undefined): Mask | undefined => {
  const [a, b] = maker.inputs as [Value, Value];
  if (maker.op === cast && a.type === 'bool') return 'bits';
  if (MOVES.has(maker.op)) return find(a);
  if (maker.op === clip) return clipped(maker, find(a), editor);
  if (maker.op === where) return maker.inputs.slice(1).some((x) => isFilled(x, 0, editor)) ? 'zeros' : undefined;
  switch (maker.op === binary && maker.attrs.kind) {
    case 'mul':
      return multiplied(find(a), find(b));
    case 'div':
      return find(a) && 'zeros';
    case 'add':
    case 'sub':
      return isShiftedSign(a, b, editor) || isShiftedSign(b, a, editor) ? 'zeros' : undefined;
    default:
      return undefined;
  }
};

const multiplied = (a: Mask | undefined, b: Mask | undefined): Mask | undefined =>
  a === 'bits' && b === 'bits' ? 'bits' : a || b ? 'zeros' : undefined;

/** A mask, or the sign of a value, between bounds. */
const clipped = ({ inputs: [x], attrs }: Node, mask: Mask | undefined, editor: GraphEditor): Mask | undefined => {
  const [low, high] = [attrs.low as number, attrs.high as number];
  if (isSign(x!, editor)) return low !== 0 ? undefined : high >= 1 ? 'bits' : 'zeros';
  if (!mask || low > 0 || high < 0) return undefined;
  return high >= 1 ? mask : 'zeros';
};

/** Whether a value is a sign plus or minus 1. */
const isShiftedSign = (x: Value, shift: Value, editor: GraphEditor): boolean =>
  isSign(x, editor) && (isFilled(shift, 1, editor) || isFilled(shift, -1, editor));

const isSign = (value: Value, editor: GraphEditor): boolean => {
  const maker = editor.maker(throughMoves(value, editor));
  return maker?.op === unary && maker.attrs.kind === 'sign';
};

/** Whether a value is a constant, perhaps repeated for each sample, whose elements are all the same number. */
const isFilled = (value: Value, number: number, editor: GraphEditor): boolean =>
  throughMoves(value, editor).data?.every((element) => element === number) === true;

const throughMoves = (value: Value, editor: GraphEditor): Value => {
  let found = value;
  for (let maker = editor.maker(found); maker && MOVES.has(maker.op); maker = editor.maker(found))
    found = firstInput(maker);
  return found;
};
