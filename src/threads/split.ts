// Runs each kernel on all threads of a crew, in parts that write different memory and compute the same bits as the whole.

import { MAX_PARTS } from '../kernels/parts.js';
import type { Kernels } from '../kernels/wasm.js';
import type { Crew } from './crew.js';
import { DIVIDE } from './divide.js';
import type { Divisible } from './divisible.js';

/** A part takes at least as long as this many multiply-adds, some 1.5 microseconds: dividing a call takes half a microsecond. */
const MIN_WORK = 30_000;

/** Parts for each thread, so that a thread which the system holds up leaves parts to the others. */
const PARTS_PER_THREAD = 2;

/** What `withCrew` asks of a crew. */
export type Workers = Pick<Crew, 'size' | 'parts' | 'run'>;

/** The kernels, of which those with at least `minWork` for each of two parts run on all threads of a crew. */
export const withCrew = (kernels: Kernels, crew: Workers, minWork = MIN_WORK): Kernels => {
  const words = () => new Int32Array(kernels.memory.buffer);
  const present = Object.entries(DIVIDE).filter(([name]) => name in kernels); // those of modules may be missing
  const divided = present.map(([name, divide]) => {
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
