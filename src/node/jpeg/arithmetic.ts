// Arithmetic-coded blocks of JPEG, sequential and progressive.

import { NATURAL, type Coder, type Scan, type ScanComponent } from './scan.js';
import type { Segment } from './segment.js';

/** Conditioning of the tables of one number (ITU T.81, B.2.4.3): bounds of small DC differences, and of low AC indices. */
export type Conditioning = { lower: number; upper: number; low: number };

// Probability states (ITU T.81, table D.3), in hexadecimal: Qe, the next state after the less probable symbol (plus 80
// where the more probable symbol changes), the next state after the more probable one. The last state never changes.
const STATES = (
  '5a1d8101 25860e02 11141003 080b1204 03d81405 01da1706 00e51907 006f1c08 00361e09 001a210a 000d230b 0006090c ' +
  '00030a0d 00010c0d 5a7f8f0f 3f252410 2cf22611 207c2712 17b92813 11822a14 0cef2b15 09a12d16 072f2e17 055c3018 ' +
  '04063119 0303331a 0240341b 01b1361c 0144381d 00f5391e 00b73b1f 008a3c20 00683e21 004e3f22 003b2023 002c2109 ' +
  '5ae1a525 484c4026 3a0d4127 2ef14328 261f4429 1f33452a 19a8462b 1518482c 1177492d 0e744a2e 0bfb4b2f 09f84d30 ' +
  '08614e31 07064f32 05cd3033 04de3234 040f3235 03633336 02d43437 025c3538 01f83639 01a4373a 0160383b 0125393c ' +
  '00f63a3d 00cb3b3e 00ab3d3f 008f3d20 5b12c141 4d045042 412c5143 37d85244 2fe85345 293c5446 23795647 1edf5748 ' +
  '1aa95749 174e484a 1424484b 119c4a4c 0f6b4a4d 0d514b4e 0bb64d4f 0a404d30 5832d051 4d1c5852 438e5953 3bdd5a54 ' +
  '34ee5b55 2eae5c56 299a5d57 25165647 5570d859 4ca95f5a 44d9605b 3e22615c 3824635d 32b4635e 2e175d56 56a8df60 ' +
  '4f466561 47e56662 41cf6763 3c3d6864 375e635d 52316966 4c0f6a67 46396b68 415e6763 5627e96a 50e76c6b 4b856d67 ' +
  '55976e6d 504f6f6b 5a10ee6f 5522706d 59ebf06f 5a1d7171'
)
  .split(' ')
  .map((state) => parseInt(state, 16));

const QE = Int32Array.from(STATES, (state) => state >>> 16);
const NEXT_LESS = Uint8Array.from(STATES, (state) => (state >> 8) & 255);
const NEXT_MORE = Uint8Array.from(STATES, (state) => state & 255);
const FIXED = 113;

/** Reads binary decisions (ITU T.81, D.2). A statistics bin is a state, plus 128 if 1 is the more probable symbol. */
class Decisions {
  private code = 0;
  private interval = 0;
  /** Bits that are left of the last byte; negative until the first two bytes are read. */
  private left = -16;
  private readonly fixed = Uint8Array.of(FIXED);

  constructor(private readonly segment: Segment) {}

  reset(): void {
    this.code = this.interval = 0;
    this.left = -16;
  }

  /** A decision whose two outcomes are equally probable. */
  even(): number {
    return this.read(this.fixed, 0);
  }

  read(bins: Uint8Array, at: number): number {
    while (this.interval < 0x8000) this.renormalize();
    const bin = bins[at]!;
    const state = bin & 127;
    const qe = QE[state]!;
    this.interval -= qe;
    const bound = this.interval << this.left;
    const upper = this.code >= bound;
    if (!upper && this.interval >= 0x8000) return bin >> 7;
    const lessProbable = upper === this.interval >= qe;
    if (upper) {
      this.code -= bound;
      this.interval = qe;
    }
    bins[at] = (bin & 128) ^ (lessProbable ? NEXT_LESS[state]! : NEXT_MORE[state]!);
    return lessProbable ? (bin >> 7) ^ 1 : bin >> 7;
  }

  private renormalize(): void {
    if (--this.left < 0) {
      this.code = (this.code << 8) | this.segment.next();
      this.left += 8;
      if (this.left < 0 && ++this.left === 0) this.interval = 0x8000;
    }
    this.interval <<= 1;
  }
}

type Context = { decisions: Decisions; dc: Uint8Array[]; ac: Uint8Array[]; conditioning: readonly Conditioning[] };

/** Thrown where a code cannot be right: the rest of the restart interval stays as it is. */
const BAD_CODE = new Error('a code that cannot be right');

// The magnitude bits of a value (figures F.23 and F.24) whose first bins were read: `magnitude` is its highest bit.
const readMagnitude = (decisions: Decisions, bins: Uint8Array, at: number, magnitude: number): [number, number] => {
  while (decisions.read(bins, at)) {
    magnitude <<= 1;
    if (magnitude === 0x8000) throw BAD_CODE;
    at++;
  }
  return [magnitude, at];
};

const readBits = (decisions: Decisions, bins: Uint8Array, at: number, magnitude: number): number => {
  let value = magnitude;
  for (let bit = magnitude >> 1; bit; bit >>= 1) if (decisions.read(bins, at + 14)) value |= bit;
  return value + 1;
};

type State = Map<ScanComponent, number>;

// F.1.4.4.1 and F.2.4.1; `contexts` holds the bin that the difference before selects.
const readDc = ({ decisions, dc, conditioning }: Context, contexts: State, part: ScanComponent): number => {
  const bins = dc[part.dcTable]!;
  let at = contexts.get(part) ?? 0;
  if (!decisions.read(bins, at)) {
    contexts.set(part, 0);
    return part.predictor;
  }
  const negative = decisions.read(bins, at + 1);
  at += 2 + negative;
  let magnitude = decisions.read(bins, at);
  if (magnitude) [magnitude, at] = readMagnitude(decisions, bins, 20, 1);
  const { lower, upper } = conditioning[part.dcTable]!;
  const size = magnitude < (1 << lower) >> 1 ? 0 : magnitude > (1 << upper) >> 1 ? 12 : 4;
  contexts.set(part, size && size + negative * 4);
  const value = readBits(decisions, bins, at, magnitude);
  part.predictor += negative ? -value : value;
  return part.predictor;
};

type Block = Coder['block'];

// F.1.4.4.2 and F.2.4.2
const readAc = ({ decisions, ac, conditioning }: Context, start: number, end: number, low: number): Block => {
  return (part, coefficients, block) => {
    const bins = ac[part.acTable]!;
    for (let k = start; k <= end; k++) {
      let at = 3 * (k - 1);
      if (decisions.read(bins, at)) return;
      for (; !decisions.read(bins, at + 1); at += 3) if (++k > end) throw BAD_CODE;
      const negative = decisions.even();
      at += 2;
      let magnitude = decisions.read(bins, at);
      if (magnitude && decisions.read(bins, at)) {
        const first = k <= conditioning[part.acTable]!.low ? 189 : 217;
        [magnitude, at] = readMagnitude(decisions, bins, first, 2);
      }
      const value = readBits(decisions, bins, at, magnitude);
      coefficients[block + NATURAL[k]!] = (negative ? -value : value) << low;
    }
  };
};

// G.1.3.3
const refineAc = ({ decisions, ac }: Context, { start, end, low }: Scan): Block => {
  const bit = 1 << low;
  return (part, coefficients, block) => {
    const bins = ac[part.acTable]!;
    let known = end;
    while (known > 0 && !coefficients[block + NATURAL[known]!]) known--;
    for (let k = start; k <= end; k++) {
      let at = 3 * (k - 1);
      if (k > known && decisions.read(bins, at)) return;
      for (; ; at += 3) {
        const place = block + NATURAL[k]!;
        const value = coefficients[place]!;
        if (value) {
          if (decisions.read(bins, at + 2)) coefficients[place] = value + (value < 0 ? -bit : bit);
          break;
        }
        if (decisions.read(bins, at + 1)) {
          coefficients[place] = decisions.even() ? -bit : bit;
          break;
        }
        if (++k > end) throw BAD_CODE;
      }
    }
  };
};

const blockOf = (context: Context, contexts: State, scan: Scan, progressive: boolean): Block => {
  if (!progressive) {
    const ac = readAc(context, 1, 63, 0);
    return (part, coefficients, at) => {
      coefficients[at] = readDc(context, contexts, part);
      ac(part, coefficients, at);
    };
  }
  if (scan.start > 0) return scan.high ? refineAc(context, scan) : readAc(context, scan.start, scan.end, scan.low);
  if (scan.high) {
    return (_, coefficients, at) => {
      if (context.decisions.even()) coefficients[at]! |= 1 << scan.low;
    };
  }
  return (part, coefficients, at) => {
    coefficients[at] = readDc(context, contexts, part) << scan.low;
  };
};

const binsOf = (count: number): Uint8Array[] => Array.from({ length: 16 }, () => new Uint8Array(count));

/** Reads the arithmetic-coded blocks of a scan (ITU T.81, F.2.4 and G.2). */
export const arithmeticCoder = (
  segment: Segment,
  conditioning: readonly Conditioning[],
  scan: Scan,
  progressive: boolean,
): Coder => {
  const context: Context = { decisions: new Decisions(segment), dc: binsOf(64), ac: binsOf(256), conditioning };
  const contexts: State = new Map();
  const read = blockOf(context, contexts, scan, progressive);
  let failed = false;
  return {
    starved: () => failed,
    block: (part, coefficients, at) => {
      if (failed) return;
      try {
        read(part, coefficients, at);
      } catch (error) {
        if (error !== BAD_CODE) throw error;
        failed = true;
      }
    },
    restart: () => {
      segment.restart();
      context.decisions.reset();
      for (const bins of [...context.dc, ...context.ac]) bins.fill(0);
      for (const part of scan.parts) part.predictor = 0;
      contexts.clear();
      failed = false;
    },
  };
};
