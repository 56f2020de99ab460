// XXH32, a fast checksum (Collet, https://xxhash.com, specification of XXH32).

const [PRIME1, PRIME2, PRIME3, PRIME4, PRIME5] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1] as const;

const { imul } = Math;

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/** Continues four sums with the words of `bytes`, whose length is a multiple of 16. */
export type SumStripes = (sums: Int32Array, bytes: Uint8Array) => void;

const sumInScript: SumStripes = (sums, bytes) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [a, b, c, d] = sums as unknown as [number, number, number, number];
  // written out: a model's first bytes are summed by an interpreter, which does not inline calls
  for (let at = 0; at < bytes.length; at += 16) {
    a += imul(view.getInt32(at, true), PRIME2);
    b += imul(view.getInt32(at + 4, true), PRIME2);
    c += imul(view.getInt32(at + 8, true), PRIME2);
    d += imul(view.getInt32(at + 12, true), PRIME2);
    a = imul((a << 13) | (a >>> 19), PRIME1);
    b = imul((b << 13) | (b >>> 19), PRIME1);
    c = imul((c << 13) | (c >>> 19), PRIME1);
    d = imul((d << 13) | (d >>> 19), PRIME1);
  }
  sums.set([a, b, c, d]);
};

/** XXH32 of `bytes` with seed 0, as an unsigned integer. */
export const checksum = (bytes: Uint8Array, sumStripes = sumInScript): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = bytes.length - (bytes.length % 16);
  let hash = PRIME5 | 0;
  if (at) {
    const sums = Int32Array.of(PRIME1 + PRIME2, PRIME2, 0, -PRIME1);
    sumStripes(sums, bytes.subarray(0, at));
    hash = sums.reduce((sum, word, i) => sum + rotate(word, [1, 7, 12, 18][i]!), 0) | 0;
  }
  hash = (hash + bytes.length) | 0;
  for (; at + 4 <= bytes.length; at += 4) {
    hash = imul(rotate((hash + imul(view.getInt32(at, true), PRIME3)) | 0, 17), PRIME4);
  }
  for (; at < bytes.length; at++) hash = imul(rotate((hash + imul(bytes[at]!, PRIME5)) | 0, 11), PRIME1);
  hash = imul(hash ^ (hash >>> 15), PRIME2);
  hash = imul(hash ^ (hash >>> 13), PRIME3);
  return (hash ^ (hash >>> 16)) >>> 0;
};
