// Bits of integers, and tests of floats for values that are not numbers.

import type { AttrsOf } from '../../../ir/schema.js';
import type { Value } from '../../../ir/value.js';
import type { Builder } from '../../reading/builder.js';
import { bitwise } from '../../../ops/scripted/bitwise.js';
import { broadcastShapes, broadcastTo } from '../../reading/broadcast.js';
import { apply, choose, map } from '../../reading/calculate.js';
import { refuse } from '../../reading/refusal.js';
import { elementName } from '../model.js';
import type { NodeView } from '../node-view.js';
import type { Rule, Rules } from './rule.js';

/** The highest value of each unsigned type, and -1 for signed ones: y = this - x is the complement of x. */
const COMPLEMENTS: Readonly<Record<number, number>> = { 2: 255, 3: -1, 4: 65535, 5: -1, 6: -1 };

/** Refuses types of more bits than runs hold. */
const checkedType = (node: NodeView): number => {
  const type = node.elementType(0) ?? refuse('the element type is not known');
  return type in COMPLEMENTS ? type : refuse(`bits of ${elementName(type)} are not supported: runs hold 32 bits`);
};

/** floor(x / 2 ** count) for counts of 0 to 30. */
const halved = (build: Builder, x: Value, count: Value): Value => {
  const divisor = apply(build, 'pow', build.scalar(2, x), count);
  return apply(build, 'div', apply(build, 'sub', x, apply(build, 'mod', x, divisor)), divisor);
};

/** Integers are held with their sign in 32 bits, so that counts beyond their width shift out all bits except the sign. */
const shiftedRight = (build: Builder, x: Value, count: Value): Value => {
  const isOutside = apply(build, 'less', count, 0);
  const within = choose(build, isOutside, 31, apply(build, 'min', count, 31));
  const most = apply(build, 'min', within, 30);
  return halved(build, halved(build, x, most), apply(build, 'sub', within, most));
};

const bitShift: Rule = (node, build) => {
  checkedType(node);
  const [x, count] = [node.input(0), node.input(1)];
  if (node.word('direction', ['RIGHT', 'LEFT']) === 'RIGHT') return shiftedRight(build, x, count);
  // powers that do not fit wrap around to 0, as those with negative exponents are rounded to 0
  return apply(build, 'mul', x, apply(build, 'pow', build.scalar(2, x), count));
};

const bitwiseNot: Rule = (node, build) =>
  apply(build, 'sub', build.scalar(COMPLEMENTS[checkedType(node)]!, node.input(0)), node.input(0));

/** Integers are held with their sign in 32 bits, in which these functions are the same as in more bits. */
const bitwiseRule =
  (kind: AttrsOf<typeof bitwise.attrs>['kind']): Rule =>
  (node, build) => {
    const both = [node.input(0), node.input(1)];
    const shape = broadcastShapes(both.map((value) => value.shape));
    return build.op(
      bitwise,
      { kind },
      both.map((value) => broadcastTo(build, value, shape)),
    );
  };

/** Infinities of the signs that the node detects. */
const isInf: Rule = (node, build) => {
  const x = node.input(0);
  const [negative, positive] = ['detect_negative', 'detect_positive'].map((name) => node.flag(name, true));
  const low = apply(build, 'equal', x, -Infinity);
  const high = apply(build, 'equal', x, Infinity);
  if (negative && positive) return apply(build, 'or', low, high);
  return negative ? low : positive ? high : apply(build, 'and', low, high);
};

export const bitRules: Rules = {
  BitShift: bitShift,
  BitwiseNot: bitwiseNot,
  BitwiseAnd: bitwiseRule('and'),
  BitwiseOr: bitwiseRule('or'),
  BitwiseXor: bitwiseRule('xor'),
  IsNaN: (node, build) => map(build, 'not', apply(build, 'equal', node.input(0), node.input(0))),
  IsInf: isInf,
};
