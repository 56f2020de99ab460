// The part of XXH32 that takes time: sums of the words of a file (see src/format/checksum.ts).

const PRIME1: u32 = 0x9e3779b1;
const PRIME2: u32 = 0x85ebca77;

/** Continues the four sums at `sums` with the words of `x`, up to `end`, in stripes of 16 bytes. */
export function sumStripes(sums: usize, x: usize, end: usize): void {
  let a = load<u32>(sums);
  let b = load<u32>(sums, 4);
  let c = load<u32>(sums, 8);
  let d = load<u32>(sums, 12);
  for (; x < end; x += 16) {
    a = rotl(a + load<u32>(x) * PRIME2, 13) * PRIME1;
    b = rotl(b + load<u32>(x, 4) * PRIME2, 13) * PRIME1;
    c = rotl(c + load<u32>(x, 8) * PRIME2, 13) * PRIME1;
    d = rotl(d + load<u32>(x, 12) * PRIME2, 13) * PRIME1;
  }
  store<u32>(sums, a);
  store<u32>(sums, b, 4);
  store<u32>(sums, c, 8);
  store<u32>(sums, d, 12);
}
