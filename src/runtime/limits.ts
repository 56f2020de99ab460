// What loading and running a model may cost.

import type { Kind, Kinds } from '../arguments.js';
import { EngineError } from '../errors.js';
import type { Graph, Node } from '../ir/graph.js';
import { sizeOf } from '../ir/tensor.js';

/** Limits on the cost of a model, known before it runs; all optional. */
export type Limits = {
  /**
   * Maximum multiply-accumulates of a run; default 10^11. Layers of other kinds count what takes as long: 16 for each
   * number that they read or write, or for each step of an operator that runs in TypeScript.
   */
  macs?: number;
  /** Maximum memory of weights and a run, in bytes; default 2^30. */
  memory?: number;
  /**
   * Maximum time of planning the layers for inputs of one size, and of writing weights and tables into memory, in
   * milliseconds; default 10,000.
   */
  loadMilliseconds?: number;
};

/** The defaults of `Limits`. */
export const DEFAULT_LIMITS: Required<Limits> = { macs: 1e11, memory: 2 ** 30, loadMilliseconds: 10_000 };

const POSITIVE: Kind = {
  expected: 'a positive number',
  fits: (value) => typeof value === 'number' && value > 0,
};

/** The kinds of `Limits`. */
export const LIMITS: Kinds<Limits> = { macs: POSITIVE, memory: POSITIVE, loadMilliseconds: POSITIVE };

/** How many multiply-accumulates of a kernel take as long as moving a number, or a step in TypeScript. */
const STEP = 16;

/** Multiply-accumulates of a node, or what takes as long. */
export const workOf = ({ op, inputs, output, attrs }: Node): number => {
  if (op.alias) return 0;
  const size = sizeOf(output.shape);
  const steps = Math.max(op.work(inputs, output, attrs), size, op.moves ? 0 : sizeOf(inputs[0]!.shape));
  return Math.max(op.macs(inputs, output, attrs), steps * STEP, size * sizeOf((attrs.kernel as number[]) ?? []));
};

/** Refuses what exceeds a limit; `raise` is the option. */
const refuse = (what: string, limit: string, raise: keyof Limits): never => {
  throw new EngineError(`${what}; the limit is ${limit}: if you trust the model, raise limits.${raise}`);
};

/** @throws {EngineError} if a run of a graph takes more multiply-accumulates than the limit */
export const checkWork = ({ nodes }: Graph, { macs }: Required<Limits>): void => {
  const work = nodes.reduce((sum, node) => sum + workOf(node), 0);
  if (work > macs)
    refuse(`a run takes ${work.toPrecision(3)} multiply-accumulates or what takes as long`, `${macs}`, 'macs');
};

/** @throws {EngineError} if `bytes` exceed the limit */
export const checkMemory = (bytes: number, { memory }: Required<Limits>): void => {
  const show = (size: number) => `${Math.ceil(size / 2 ** 20)} MiB`;
  if (bytes > memory) refuse(`the model needs ${show(bytes)}`, show(memory), 'memory');
};

/** A function that throws `EngineError` once it is called after the time for one step of loading is over. */
export const deadline = ({ loadMilliseconds }: Required<Limits>): (() => void) => {
  const end = performance.now() + loadMilliseconds;
  return () => {
    if (performance.now() > end)
      refuse('preparing the layers takes too long', `${loadMilliseconds} ms`, 'loadMilliseconds');
  };
};
