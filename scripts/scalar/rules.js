// What vector instructions compute in each lane, as scalar instructions.

import { dot } from './bytes.js';
import { i32 } from './text.js';

/** How the lanes of a vector are held: type of the scalars, and how many there are. */
export const KINDS = {
  int: { type: 'i32', lanes: 4 },
  float: { type: 'f32', lanes: 4 },
  double: { type: 'f64', lanes: 2 },
};

/**
 * By name of the instruction: kinds of its operands and result, and the instruction for one lane of each operand. A
 * `scalar` operand is the same for all lanes; `zeroed` lanes have no operands.
 */
export const RULES = {};

const define = (name, operands, result, lane, zeroed) => (RULES[name] = { operands, result, lane, zeroed });

const same =
  (instruction) =>
  (...operands) => [instruction, ...operands];

const binary = (prefix, type, kind, names) => {
  for (const name of names.split(' ')) define(`${prefix}.${name}`, [kind, kind], kind, same(`${type}.${name}`));
};

const unary = (prefix, type, kind, names) => {
  for (const name of names.split(' ')) define(`${prefix}.${name}`, [kind], kind, same(`${type}.${name}`));
};

/** All bits set where the comparison holds. */
const compare = (prefix, type, kind, names) => {
  for (const name of names.split(' '))
    define(`${prefix}.${name}`, [kind, kind], 'int', (a, b) => ['i32.sub', i32(0), [`${type}.${name}`, a, b]]);
};

binary('f32x4', 'f32', 'float', 'add sub mul div min max');
unary('f32x4', 'f32', 'float', 'abs neg sqrt ceil floor trunc nearest');
compare('f32x4', 'f32', 'float', 'eq ne lt gt le ge');
define('f32x4.pmin', ['float', 'float'], 'float', (a, b) => ['select', b, a, ['f32.lt', b, a]]);
define('f32x4.pmax', ['float', 'float'], 'float', (a, b) => ['select', b, a, ['f32.lt', a, b]]);
define('f32x4.splat', ['scalar'], 'float', (x) => x);
define('f32x4.convert_i32x4_s', ['int'], 'float', same('f32.convert_i32_s'));

binary('i32x4', 'i32', 'int', 'add sub mul');
define('i32x4.dot_i16x8_s', ['int', 'int'], 'int', dot);
compare('i32x4', 'i32', 'int', 'eq ne lt_s gt_s le_s ge_s');
for (const name of ['shl', 'shr_s', 'shr_u']) define(`i32x4.${name}`, ['int', 'scalar'], 'int', same(`i32.${name}`));
const negative = (x) => ['i32.sub', i32(0), x];
define('i32x4.neg', ['int'], 'int', negative);
define('i32x4.abs', ['int'], 'int', (x) => ['select', negative(x), x, ['i32.lt_s', x, i32(0)]]);
define('i32x4.splat', ['scalar'], 'int', (x) => x);

/** The integer nearest to zero, saturated: what plain JavaScript does not compute by itself. */
export const truncate = (x) => ['call', '$truncate', x];
define('i32x4.trunc_sat_f32x4_s', ['float'], 'int', (x) => truncate(['f64.promote_f32', x]));

for (const name of ['and', 'or', 'xor']) define(`v128.${name}`, ['int', 'int'], 'int', same(`i32.${name}`));
const flip = (x) => ['i32.xor', x, i32(-1)];
define('v128.not', ['int'], 'int', flip);

/** Bits of `a` where the mask is set, of `b` elsewhere. */
export const chooseBits = (a, b, mask) => ['i32.or', ['i32.and', a, mask], ['i32.and', b, flip(mask)]];

binary('f64x2', 'f64', 'double', 'add sub mul div');
unary('f64x2', 'f64', 'double', 'nearest');
define('f64x2.splat', ['scalar'], 'double', (x) => x);
define('f64x2.promote_low_f32x4', ['float'], 'double', same('f64.promote_f32'));
define('f32x4.demote_f64x2_zero', ['double'], 'float', same('f32.demote_f64'), ['f32.const', '0']);
define('i32x4.trunc_sat_f64x2_s_zero', ['double'], 'int', truncate, i32(0));

/** The function that `truncate` calls. */
export const TRUNCATE = `
  (func $truncate (param $x f64) (result i32)
    (if (f64.ge (local.get $x) (f64.const 2147483647)) (then (return (i32.const 2147483647))))
    (if (f64.le (local.get $x) (f64.const -2147483648)) (then (return (i32.const -2147483648))))
    (if (f64.ne (local.get $x) (local.get $x)) (then (return (i32.const 0))))
    (i32.trunc_f64_s (local.get $x)))`;
