// How the work of each kernel is divided into parts that write different memory and compute the same bits as the whole.

import { PANEL_RECORD } from '../kernels/layout.js';
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
  cut: (args: number[], from: number, count: number, part: number) => void;
};

type Divide = (args: readonly number[]) => Divisible;

/** A part takes at least as long as this many multiply-adds, some 4 microseconds: starting it takes about one. */
const MIN_WORK = 80_000;

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
  sigmoid: (args) => elements(args, 3, (own, part) => (own[2]! += part * SPARE.sigmoid)),
  unary: (args) => elements(args, 2),
};

/** Elements of `y` and `x`, whose number is the argument at `at`. */
const elements = (args: readonly number[], at: number, spare?: (own: number[], part: number) => void): Divisible => ({
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
export type Workers = Pick<Crew, 'size' | 'prepare' | 'run'>;

/** The kernels, of which those with at least `minWork` for each of two parts run on all threads of a crew. */
export const withCrew = (kernels: Kernels, crew: Workers, minWork = MIN_WORK): Kernels => {
  const divided = Object.entries(DIVIDE).map(([name, divide]) => {
    const whole = kernels[name as keyof typeof DIVIDE] as unknown as (...args: number[]) => void;
    return [name, (...args: number[]) => runDivided(crew, name, whole, divide(args), args, minWork)] as const;
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
    const own = args.slice();
    cut(own, from, next - from, part);
    crew.prepare(part, own);
    from = next;
  }
  crew.run(name, parts, args.length);
};
