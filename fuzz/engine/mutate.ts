// Changes files at random: bits, bytes, numbers, ranges, words that the parser knows, and parts of other files.

/** A random whole number from 0 to `count - 1`. */
export type Pick = (count: number) => number;

/** Whole numbers from xorshift32, which is fast. */
export const picker = (seed: number): Pick => {
  let state = seed || 1;
  return (count) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (((state >>> 0) / 2 ** 32) * count) | 0;
  };
};

const INTERESTING = [
  0,
  1,
  2,
  3,
  4,
  7,
  8,
  15,
  16,
  31,
  32,
  63,
  64,
  100,
  127,
  128,
  129,
  254,
  255,
  256,
  257,
  511,
  512,
  1000,
  1024,
  4096,
  32767,
  32768,
  65535,
  65536,
  2 ** 20,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

const encoded = (number: number): Uint8Array[] => {
  const [two, four, varint] = [new DataView(new ArrayBuffer(2)), new DataView(new ArrayBuffer(4)), [] as number[]];
  two.setUint16(0, number);
  four.setUint32(0, number);
  let rest = number;
  for (; rest > 127; rest = Math.floor(rest / 128)) varint.push((rest & 127) | 128);
  const [big2, big4] = [new Uint8Array(two.buffer), new Uint8Array(four.buffer)];
  return [big2, big2.toReversed(), big4, big4.toReversed(), Uint8Array.from([...varint, rest])];
};

/** Words for files of a parser with these literals. */
export const dictionary = (texts: Iterable<string>, numbers: Iterable<number>): Uint8Array[] => {
  const words = [...texts]
    .filter((text) => text.length > 1 && text.length <= 24 && /^[\0-\xff]+$/.test(text))
    .map(ascii);
  const whole = [...numbers].filter((number) => Number.isSafeInteger(number) && number >= 0);
  return [...words, ...[...INTERESTING, ...whole.filter((number) => number > 255)].flatMap(encoded)];
};

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** The bytes with those from `from` to `to` replaced. */
const replaced = (bytes: Uint8Array, from: number, to: number, part: Uint8Array): Uint8Array =>
  joined([bytes.subarray(0, from), part, bytes.subarray(Math.min(to, bytes.length))]);

type Mutation = (bytes: Uint8Array, pick: Pick, words: readonly Uint8Array[], other: Uint8Array) => Uint8Array;

/** A change of one byte in place. */
const atByte =
  (change: (old: number, pick: Pick) => number): Mutation =>
  (bytes, pick) => {
    const copy = bytes.slice();
    const at = pick(copy.length);
    if (copy.length) copy[at] = change(copy[at]!, pick);
    return copy;
  };

/** A short length, sometimes a long one. */
const span = (length: number, pick: Pick): number => 1 + pick(pick(4) ? Math.min(length, 8) : length);

const part = (bytes: Uint8Array, pick: Pick): Uint8Array => {
  const at = pick(bytes.length);
  return bytes.subarray(at, at + span(bytes.length - at, pick));
};

/** A 16- or 32-bit number, of either byte order, that grows or shrinks a little. */
const arithmetic: Mutation = (bytes, pick) => {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  const [wide, little] = [pick(2), Boolean(pick(2))];
  const room = copy.length - (wide ? 4 : 2);
  if (room < 0) return copy;
  const at = pick(room + 1);
  const delta = pick(35) - 17;
  if (wide) view.setUint32(at, view.getUint32(at, little) + delta, little);
  else view.setUint16(at, view.getUint16(at, little) + delta, little);
  return copy;
};

const MUTATIONS: readonly Mutation[] = [
  atByte((old, pick) => old ^ (1 << pick(8))),
  atByte((_, pick) => pick(256)),
  atByte((old, pick) => old + pick(35) - 17),
  atByte((_, pick) => INTERESTING[pick(INTERESTING.length)]!),
  atByte((_, pick) => 0x30 + pick(10)),
  arithmetic,
  // a word over bytes, and between them
  (bytes, pick, words) => {
    const [at, word] = [pick(bytes.length + 1), words[pick(words.length)]!];
    return replaced(bytes, at, at + word.length, word);
  },
  (bytes, pick, words) => {
    const at = pick(bytes.length + 1);
    return replaced(bytes, at, at, words[pick(words.length)]!);
  },
  // fewer bytes, a repeated range, a copied range, the rest cut off
  (bytes, pick) => {
    const at = pick(bytes.length);
    return replaced(bytes, at, at + span(bytes.length - at, pick), new Uint8Array(0));
  },
  (bytes, pick) => {
    const at = pick(bytes.length + 1);
    return replaced(bytes, at, at, part(bytes, pick));
  },
  (bytes, pick) => {
    const [at, copy] = [pick(bytes.length + 1), part(bytes, pick)];
    return replaced(bytes, at, at + copy.length, copy);
  },
  (bytes, pick) => bytes.slice(0, pick(bytes.length + 1)),
  // a part of another file, and the rest of another file
  (bytes, pick, _, other) => {
    const [at, copy] = [pick(bytes.length + 1), part(other, pick)];
    return replaced(bytes, at, at + (pick(2) ? copy.length : 0), copy);
  },
  (bytes, pick, _, other) =>
    joined([bytes.subarray(0, pick(bytes.length + 1)), other.subarray(pick(other.length + 1))]),
];

/** One to eight random changes of a file. `other` is another file of the corpus. */
export const mutate = (
  bytes: Uint8Array,
  other: Uint8Array,
  pick: Pick,
  words: readonly Uint8Array[],
  maxLength: number,
): Uint8Array => {
  let changed = bytes;
  for (let count = 1 << pick(4); count > 0; count--) {
    changed = MUTATIONS[pick(MUTATIONS.length)]!(changed, pick, words, other);
  }
  return changed.length > maxLength ? changed.slice(0, maxLength) : changed;
};
