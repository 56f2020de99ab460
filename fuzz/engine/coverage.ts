// Counts how often each branch of the instrumented code runs, and tells whether an input did something new.

/** Counters of all modules that may be loaded at once. */
const CAPACITY = 2 ** 17;

const counters = new Uint8Array(CAPACITY);
let used = 0;
let allocated = 0;

/** Texts and numbers that the loaded modules contain: candidates for the bytes of a file. */
export const literals = { texts: new Set<string>(), numbers: new Set<number>() };

type TypedArrayClass = { new (given: unknown): unknown; BYTES_PER_ELEMENT: number };

// What instrumented modules call.
Object.assign(globalThis, {
  $countersOf: (_name: string, count: number, [texts, numbers]: [string[], number[]]): Uint8Array => {
    if (used + count > CAPACITY) throw new Error('too many counters');
    for (const text of texts) literals.texts.add(text);
    for (const number of numbers) literals.numbers.add(number);
    const own = counters.subarray(used, used + count);
    used += Math.ceil(count / 4) * 4;
    return own;
  },
  $allocate: (Kind: TypedArrayClass, given: unknown): unknown => {
    if (typeof given === 'number') allocated += given * Kind.BYTES_PER_ELEMENT;
    return new Kind(given);
  },
});

/** The class of a count, one bit each: 1, 2, 3, 4-7, 8-15, 16-31, 32-127, 128 and more. */
const CLASSES = Uint8Array.from({ length: 256 }, (_, count) => {
  const bounds = [1, 2, 3, 4, 8, 16, 32, 128];
  return count ? 1 << bounds.findLastIndex((bound) => count >= bound) : 0;
});

const words = new Int32Array(counters.buffer);
const seen = new Uint8Array(CAPACITY);

/** Number of pairs of a branch and a class of counts that were seen. */
export let features = 0;

/** Forgets the last run, before the next. */
export const startRun = (): void => {
  counters.fill(0, 0, used);
  allocated = 0;
};

/** Bytes of typed arrays that were created since `startRun`. */
export const allocatedBytes = (): number => allocated;

/** The number of features of the last run that were not seen before; they are from now on. */
export const newFeatures = (): number => {
  let found = 0;
  for (let word = 0; word < used >> 2; word++) {
    if (!words[word]) continue;
    for (let at = word << 2; at < (word << 2) + 4; at++) {
      const bit = CLASSES[counters[at]!]!;
      if (!(bit & ~seen[at]!)) continue;
      seen[at]! |= bit;
      found++;
    }
  }
  features += found;
  return found;
};
