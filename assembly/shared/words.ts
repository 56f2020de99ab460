// 32-bit words: their size in bytes, copies, fills.

/** Bytes of `count` words. */
// @ts-ignore: decorator
@inline
export function bytesOf(count: i32): usize {
  return (<usize>count) << 2;
}

/** Copies of at least this many words use `memory.copy`, which is slow to start. */
const LONG: i32 = 1024;

/** Copies `count` words, at least one, and writes nothing past them. */
// @ts-ignore: decorator
@inline
export function copyWords(y: usize, x: usize, count: i32): void {
  if (count < 4) {
    store<u32>(y, load<u32>(x));
    if (count > 1) store<u32>(y, load<u32>(x, 4), 4);
    if (count > 2) store<u32>(y, load<u32>(x, 8), 8);
  } else if (count >= LONG) {
    memory.copy(y, x, bytesOf(count));
  } else {
    copyVectors(y, x, count);
  }
}

/** Copies at least 4 words; the last vector overlaps the previous one. */
// @ts-ignore: decorator
@inline
function copyVectors(y: usize, x: usize, count: i32): void {
  const bytes = bytesOf(count);
  const last = y + bytes - 16;
  const lastX = x + bytes - 16;
  for (; y < last; y += 16, x += 16) v128.store(y, v128.load(x));
  v128.store(last, v128.load(lastX));
}

/** Fills `count` words; returns their end. */
export function fillWords(y: usize, value: u32, count: i32): usize {
  const end = y + bytesOf(count);
  const lanes = i32x4.splat(value);
  for (; y + 16 <= end; y += 16) v128.store(y, lanes);
  for (; y < end; y += 4) store<u32>(y, value);
  return end;
}
