// Upsampling of JPEG chroma as libjpeg-turbo does it: three quarters of the nearer and one quarter of the other sample.

/** Samples of a row as 16 bits; reads and writes up to 15 more than `width`. */
export function loadRow(samples: usize, sums: usize, width: usize): void {
  for (let x: usize = 0; x < width; x += 8) v128.store(sums + 2 * x, v128.load_ext<u8>(samples + x));
}

/** Three times a row plus its neighbour as 16 bits; reads and writes up to 15 more than `width`. */
export function joinRows(near: usize, far: usize, sums: usize, width: usize): void {
  for (let x: usize = 0; x < width; x += 8) {
    const three = i16x8.mul(v128.load_ext<u8>(near + x), i16x8.splat(3));
    v128.store(sums + 2 * x, i16x8.add(three, v128.load_ext<u8>(far + x)));
  }
}

/**
 * Twice as many samples in a row.
 *
 * @param sums i16, `2^shift / 4` times the samples; three before and up to 15 after them may be read and written
 * @param row u8; up to 31 more than `2 * width` are written
 * @param left rounds the samples on the left, `right` those on the right
 */
export function widenRow(sums: usize, row: usize, width: usize, shift: i32, left: i32, right: i32): void {
  const last = sums + 2 * width;
  store<u16>(sums - 2, load<u16>(sums));
  store<u16>(last, load<u16>(last - 2));
  for (let at = sums; at < last; at += 16, row += 16) {
    const three = i16x8.mul(v128.load(at), i16x8.splat(3));
    const even = i16x8.add(i16x8.add(three, v128.load(at - 2)), i16x8.splat(<i16>left));
    const odd = i16x8.add(i16x8.add(three, v128.load(at + 2)), i16x8.splat(<i16>right));
    v128.store(row, v128.or(i16x8.shr_u(even, shift), i16x8.shl(i16x8.shr_u(odd, shift), 8)));
  }
}
