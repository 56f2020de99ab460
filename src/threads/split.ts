// How the work of each kernel is divided into parts that write different memory and compute the same bits as the whole.

import { AXIS_RECORD, PANEL_RECORD } from '../kernels/layout.js';
import { MAX_PARTS, SPARE } from '../kernels/parts.js';
import type { Kernels } from '../kernels/wasm.js';
import type { Crew } from './crew.js';

/** Work that can be divided. */
type Divisible = {
  /** How much there is to divide, and in multiples of what; the rest goes to the last part. */
  length: number;
  unit: number;
  /** Estimated multiply-adds of the whole, or what takes as long. */
  work: number;
  /** Makes the arguments of the whole those of the `count` places from `from` on. */
  cut: (own: Arguments, from: number, count: number, part: number) => void;
};

type Arguments = Float64Array;

/** `words` are those of the memory. */
type Divide = (args: readonly number[], words: () => Int32Array) => Divisible;

/** A part takes at least as long as this many multiply-adds, some 1.5 microseconds: dividing a call takes half a microsecond. */
const MIN_WORK = 30_000;

/** Parts for each thread, so that a thread which the system holds up leaves parts to the others. */
const PARTS_PER_THREAD = 2;

/** What an element costs that is loaded, computed with little arithmetic and stored, in multiply-adds. */
const ELEMENT = 4;

/** Floats of the input for which `bandOf` in ops/conv/packing.ts makes one row of a band. */
const BAND_FLOATS = 24_576;

/** The kernels that are divided. Numbers are the places of arguments. */
const DIVIDE: { readonly [Name in keyof Kernels]?: Divide } = {
  conv: (args) => {
    const [yStride, xStride, pixels, panels] = [args[1]!, args[3]!, args[4]!, args[8]!];
    const [residual, late, rows, band] = [args[9]!, args[10]!, args[11]!, args[12]!];
    const work = rows * panels * 8 * (BAND_FLOATS / band);
    // few pixels have many weights: threads then read different ones
    if (!late && rows < 128 && panels >= 8) {
      return {
        length: panels,
        unit: 1,
        work,
        cut: (own, from, count) => {
          own[7]! += from * PANEL_RECORD.bytes;
          own[8] = count;
        },
      };
    }
    return {
      length: rows,
      unit: 4,
      work,
      cut: (own, from, count) => {
        own[0]! += from * yStride * 4;
        if (pixels) own[4]! += from * 4;
        else own[2]! += from * xStride * 4;
        if (residual) own[9]! += from * yStride * 4;
        own[11] = count;
      },
    };
  },
  gemm: (args) => {
    const [rows, columns, depth] = [args[7]!, args[8]!, args[9]!];
    return {
      length: columns,
      unit: 8,
      work: rows * columns * depth,
      cut: (own, from, count) => {
        own[0]! += from * 4;
        own[4]! += from * depth * 4;
        own[5]! += from * 4;
        if (own[6]) own[6] += from * 4;
        own[8] = count;
      },
    };
  },
  winogradProducts: ([, , yPlane, , , xPlane, , wPlane, , , panels, rows, places]) => ({
    length: places!,
    unit: 1,
    work: places! * rows! * panels! * 8 * (wPlane! / panels! / 32),
    cut: (own, from, count) => {
      own[0]! += from * yPlane!;
      own[3]! += from * xPlane!;
      own[6]! += from * wPlane!;
      own[12] = count;
    },
  }),
  winogradInput: ([, , , m, , channels, , , tiles]) => ({
    length: tiles!,
    unit: 1,
    work: tiles! * channels! * (m! + 2) ** 2 * ELEMENT,
    cut: (own, from, count, part) => {
      own[0]! += from * ((channels! + 3) & ~3) * 4;
      own[2]! += part * SPARE.winograd;
      own[7]! += from;
      own[8] = count;
    },
  }),
  winogradOutput: ([, , , , , m, , , outputs, , , tiles]) => ({
    length: tiles!,
    unit: 1,
    work: tiles! * outputs! * (m! + 2) ** 2 * ELEMENT,
    cut: (own, from, count, part) => {
      own[1]! += from * ((outputs! + 3) & ~3) * 4;
      own[2]! += part * SPARE.winograd;
      own[10]! += from;
      own[11] = count;
    },
  }),
  depthwiseRows: ([, , , , , , channels, first, last, columns, height, width]) => ({
    length: last! - first!,
    unit: 1,
    work: (last! - first!) * columns! * channels! * height! * width!,
    cut: (own, from, count) => {
      own[7] = first! + from;
      own[8] = first! + from + count;
    },
  }),
  depthwise: ([, , , , , , rows, taps, channels]) => ({
    length: rows!,
    unit: 1,
    work: rows! * taps! * channels! * 2,
    cut: (own, from, count) => {
      own[0]! += from * channels! * 4;
      own[2]! += from * 4;
      own[6] = count;
    },
  }),
  poolMax: (args) => pooled(args, 10),
  poolSum: (args) => pooled(args, 11),
  remap: ([, , table], words) => {
    const [memory, at] = [words(), table! / 4];
    const [rank, run, size] = [memory[at]!, memory[at + 1]!, memory[at + 2]!];
    let inside = run;
    for (let axis = 1; axis < rank; axis++) inside *= memory[at + 2 + axis]!;
    return {
      length: size,
      unit: 1,
      work: size * inside * (run === 1 ? ELEMENT * 4 : ELEMENT),
      cut: between(4),
    };
  },
  transpose: ([, , batch, rows, columns]) => ({
    length: columns!,
    unit: 4,
    work: batch! * rows! * columns! * ELEMENT * 2,
    cut: between(5),
  }),
  binary: (args, words) => {
    const [memory, at, size] = [words(), args[3]! / 4, args[7]!];
    let elements = size;
    for (let axis = 1; axis < memory[at]!; axis++) elements *= memory[at + 1 + axis * AXIS_RECORD.words]!;
    return {
      length: size,
      unit: elements === size ? 4 : 1,
      work: elements * ELEMENT * 2,
      cut: (own, from, count, part) => {
        own[4]! += part * SPARE.binary;
        own[6] = from;
        own[7] = from + count;
      },
    };
  },
  sigmoid: (args) => elements(args, 3, (own, part) => (own[2]! += part * SPARE.sigmoid)),
  unary: (args) => elements(args, 2),
};

/** Sets the arguments `first` and `last` of a kernel, at `at` and after it. */
const between =
  (at: number): Divisible['cut'] =>
  (own, from, count) => {
    own[at] = from;
    own[at + 1] = from + count;
  };

/** Rows of windows; the place of the first is the argument at `at`. */
const pooled = ([, , , depth, rows, columns, channels]: readonly number[], at: number): Divisible => ({
  length: rows!,
  unit: 1,
  work: depth! * rows! * columns! * channels! * ELEMENT * 2,
  cut: between(at),
});

/** Elements of `y` and `x`, whose number is the argument at `at`. */
const elements = (args: readonly number[], at: number, spare?: (own: Arguments, part: number) => void): Divisible => ({
  length: args[at]!,
  unit: 4,
  work: args[at]! * ELEMENT,
  cut: (own, from, count, part) => {
    own[0]! += from * 4;
    own[1]! += from * 4;
    own[at] = count;
    spare?.(own, part);
  },
});

/** What `withCrew` asks of a crew. */
export type Workers = Pick<Crew, 'size' | 'parts' | 'run'>;

/** The kernels, of which those with at least `minWork` for each of two parts run on all threads of a crew. */
export const withCrew = (kernels: Kernels, crew: Workers, minWork = MIN_WORK): Kernels => {
  const words = () => new Int32Array(kernels.memory.buffer);
  const divided = Object.entries(DIVIDE).map(([name, divide]) => {
    const whole = kernels[name as keyof typeof DIVIDE] as unknown as (...args: number[]) => void;
    return [name, (...args: number[]) => runDivided(crew, name, whole, divide(args, words), args, minWork)] as const;
  });
  return { ...kernels, memory: kernels.memory, ...Object.fromEntries(divided) };
};

const runDivided = (
  crew: Workers,
  name: string,
  whole: (...args: number[]) => void,
  { length, unit, work, cut }: Divisible,
  args: readonly number[],
  minWork: number,
): void => {
  const units = Math.floor(length / unit);
  const parts = Math.min(MAX_PARTS, crew.size * PARTS_PER_THREAD, units, Math.floor(work / minWork));
  if (parts < 2) return whole(...args);
  for (let part = 0, from = 0; part < parts; part++) {
    const next = part === parts - 1 ? length : Math.floor((units * (part + 1)) / parts) * unit;
    const own = crew.parts[part]!;
    for (let i = 0; i < args.length; i++) own[i] = args[i]!;
    cut(own, from, next - from, part);
    from = next;
  }
  crew.run(name, parts);
};
