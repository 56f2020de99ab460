// Functions of two arrays of integers with broadcasting, one element at a time.

/** Bytes of an axis in the table. */
const AXIS: usize = 12;

/** As `binary`, for 32-bit integers that wrap around. Nothing is undefined: x / 0 and x mod 0 are 0. */
export function binaryInt(y: usize, a: usize, b: usize, table: usize, kind: i32): void {
  walk(y, a, b, table + 4, load<i32>(table), kind);
}

function walk(y: usize, a: usize, b: usize, axis: usize, rank: i32, kind: i32): usize {
  const count = load<i32>(axis), aStep = load<u32>(axis, 4), bStep = load<u32>(axis, 8);
  for (let i = 0; i < count; i++, a += aStep, b += bStep) {
    if (rank > 1) {
      y = walk(y, a, b, axis + AXIS, rank - 1, kind);
    } else {
      store<i32>(y, apply(kind, load<i32>(a), load<i32>(b)));
      y += 4;
    }
  }
  return y;
}

function apply(kind: i32, a: i32, b: i32): i32 {
  switch (kind) {
    case 0: return a + b;
    case 1: return a - b;
    case 2: return a * b;
    case 3: return divide(a, b);
    case 4: return power(a, b);
    case 5: return min(a, b);
    case 6: return max(a, b);
    case 8: return modulo(a, b);
    case 9: return i32(a == b);
    case 10: return i32(a > b);
    case 11: return i32(a < b);
    case 12: return i32(a >= b);
    case 13: return i32(a <= b);
    case 14: return i32(a != 0 && b != 0);
    case 15: return i32(a != 0 || b != 0);
    default: return i32((a != 0) != (b != 0));
  }
}

/** Towards zero. */
function divide(a: i32, b: i32): i32 {
  return b == 0 ? 0 : b == -1 ? -a : a / b;
}

/** The sign is that of `b`. */
function modulo(a: i32, b: i32): i32 {
  if (b == 0 || b == -1) return 0;
  const rest = a % b;
  return rest != 0 && (rest ^ b) < 0 ? rest + b : rest;
}

/** Negative powers as fractions towards zero; 0 of 0. */
function power(a: i32, b: i32): i32 {
  if (b < 0) return a == 1 ? 1 : a == -1 ? 1 - ((b & 1) << 1) : 0;
  let result = 1;
  for (; b > 0; b >>= 1, a *= a) if (b & 1) result *= a;
  return result;
}
