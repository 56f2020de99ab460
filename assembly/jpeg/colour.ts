// YCbCr to RGB as libjpeg does it (JFIF, in 16-bit fixed point).

// 1.402, 1.772, 0.71414 and 0.34414 times 2^16
const RED: i32 = 91881;
const BLUE: i32 = 116130;
const GREEN_CR: i32 = 46802;
const GREEN_CB: i32 = 22554;

// @ts-ignore: decorator
@inline
function scaled(chroma: v128, factor: i32): v128 {
  const sum = i32x4.add(i32x4.mul(chroma, i32x4.splat(factor)), i32x4.splat(32768));
  return i32x4.shr_s(sum, 16);
}

// @ts-ignore: decorator
@inline
function green(cb: v128, cr: v128): v128 {
  const sum = i32x4.add(i32x4.mul(cb, i32x4.splat(-GREEN_CB)), i32x4.mul(cr, i32x4.splat(-GREEN_CR)));
  return i32x4.shr_s(i32x4.add(sum, i32x4.splat(32768)), 16);
}

/** One row of u8 samples to RGB; up to 7 samples after `width` are read, and up to 29 bytes after the row written. */
export function writeYcc(luma: usize, blue: usize, red: usize, rgb: usize, width: usize): void {
  const centre = i16x8.splat(128);
  for (let x: usize = 0; x < width; x += 8, rgb += 24) {
    const y = v128.load_ext<u8>(luma + x);
    const cb = i16x8.sub(v128.load_ext<u8>(blue + x), centre);
    const cr = i16x8.sub(v128.load_ext<u8>(red + x), centre);
    const cbLow = i32x4.extend_low_i16x8_s(cb);
    const cbHigh = i32x4.extend_high_i16x8_s(cb);
    const crLow = i32x4.extend_low_i16x8_s(cr);
    const crHigh = i32x4.extend_high_i16x8_s(cr);
    const r = i16x8.add(y, i16x8.narrow_i32x4_s(scaled(crLow, RED), scaled(crHigh, RED)));
    const g = i16x8.add(y, i16x8.narrow_i32x4_s(green(cbLow, crLow), green(cbHigh, crHigh)));
    const b = i16x8.add(y, i16x8.narrow_i32x4_s(scaled(cbLow, BLUE), scaled(cbHigh, BLUE)));
    const rg = i8x16.narrow_i16x8_u(r, g);
    const bb = i8x16.narrow_i16x8_u(b, b);
    v128.store(rgb, v128.shuffle<i8>(rg, bb, 0, 8, 16, 1, 9, 17, 2, 10, 18, 3, 11, 19, 4, 12, 20, 5));
    v128.store(rgb, v128.shuffle<i8>(rg, bb, 13, 21, 6, 14, 22, 7, 15, 23, 0, 0, 0, 0, 0, 0, 0, 0), 16);
  }
}
