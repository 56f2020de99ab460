// Whether a network serves images of any size: it does if nothing in it was computed from the size of the image.

import { UnsupportedError } from '../errors.js';
import { USUAL_SIZE } from '../image/for-input.js';
import type { Graph } from '../ir/graph.js';
import { withBatch } from '../ir/with-shapes.js';
import type { Steps } from '../next-task.js';
import { attempt, attemptSteps, attemptWithin, firstProblem } from './attempt.js';
import type { Rewritten } from './batching.js';
import { generalGraph } from './general-graph.js';
import { asksForSizes } from './reading/inputs.js';

/** The heights and widths for which a network is planned first if nothing else is known; the first that it can have. */
const USUAL_SIZES: readonly (readonly number[])[] = [
  [USUAL_SIZE, USUAL_SIZE],
  [256, 256],
];

/**
 * Sizes for which a network is read, besides the usual one, to compare the results, and what all sizes of a run must then be
 * multiples of: of 1, or else of the smallest power of 2 with which the network fits together.
 *
 * Rounding must show, also in layers that halve the image: for 1, 2, 4, 8, 14, 16, 32 and 64 pixels a step, if that is not
 * a divisor of the multiple, the sizes of a line and the usual one, divided by the step and rounded up or down, do not all have the
 * same remainder of 2, 3, 4, 7 or 8. The large ones show where a network limits the size itself.
 */
export const PROOFS: readonly { multiple: number; sizes: readonly number[] }[] = [
  { multiple: 1, sizes: [151, 297, 380, 1093] },
  { multiple: 4, sizes: [132, 160, 368, 1240] },
  { multiple: 8, sizes: [240, 256, 408, 1096] },
  { multiple: 16, sizes: [368, 400, 416, 1184] },
  { multiple: 32, sizes: [128, 160, 320, 1056] },
  { multiple: 64, sizes: [128, 192, 384, 960] },
];

/** Reads and rewrites a network for images of these sizes; `isProof` for sizes that are only compared with others. */
type Convert = (sizes?: readonly number[], isProof?: boolean) => Steps<Rewritten>;

/**
 * Reads and rewrites a network. If its file leaves sizes of images open, this is done for several of them: where the
 * results differ only in numbers that follow from sizes, the network takes images of any size.
 *
 * @param convert without sizes, it throws for open ones
 * @param given the height and width that photos will have, if they are known
 * @returns the network for the sizes given or the usual ones
 * @throws {UnsupportedError} if the sizes of images are open, not given, and the network depends on them
 */
export function* readAnySize(convert: Convert, given?: readonly number[]): Steps<Rewritten> {
  const asked = yield* attemptSteps(convert());
  if (!(asked instanceof Error)) return asked;
  if (!asks(asked)) throw asked;
  const reasons: string[] = [];
  for (const usualSizes of given ? [given] : USUAL_SIZES) {
    const usual = yield* attemptWithin(attemptSteps(convert(usualSizes)));
    if (usual instanceof Error) {
      if (asks(usual)) throw asked;
      reasons.push(`for ${usualSizes.join(' x ')}: ${firstProblem(usual)}`);
      continue;
    }
    const graph = yield* attemptWithin(withOpenSizes(convert, usual.graph, usualSizes));
    if (typeof graph !== 'string' && !(graph instanceof Error)) return { ...usual, graph };
    if (given) return { ...usual, graph: withoutOpenSizes(usual.graph) };
    reasons.push(typeof graph === 'string' ? graph : firstProblem(graph));
    if (graph instanceof Error) break;
  }
  throw new UnsupportedError(asked.problems.map((problem) => `${problem} (${reasons[0]})`));
}

/** The graph with the first multiple that its open sizes can have, or why there is none. */
function* withOpenSizes(convert: Convert, usual: Graph, usualSizes: readonly number[]): Steps<Graph | string> {
  const reasons: string[] = [];
  for (const { multiple, sizes } of PROOFS) {
    if (!usualSizes.every((size) => size % multiple === 0)) continue;
    const graph = yield* forAnySize(convert, sizes, usual);
    if (typeof graph !== 'string') return { ...graph, openSizes: { ...usual.openSizes!, multiple } };
    reasons.push(graph);
  }
  return reasons[0]!;
}

/** The graph for any size, with the shapes and the batch of `usual`, or why there is none. */
function* forAnySize(convert: Convert, sizes: readonly number[], usual: Graph): Steps<Graph | string> {
  const graphs: Graph[] = [];
  for (const [i, height] of sizes.entries()) {
    const width = sizes.at(-1 - i)!; // the largest with the smallest: each axis has each size once
    const result = yield* attemptSteps(convert([height, width], true));
    if (result instanceof Error) return `for ${height} x ${width}: ${firstProblem(result)}`;
    graphs.push(result.graph);
  }
  const general = generalGraph([usual, ...graphs]);
  if (typeof general === 'string' || !usual.dynamicBatch) return general;
  const batched = attempt(() => withBatch(general, 2));
  return batched instanceof Error ? batched.message : general;
}

/** Whether nothing but sizes is missing. */
const asks = (error: Error): error is UnsupportedError =>
  error instanceof UnsupportedError && error.problems.every(asksForSizes);

const withoutOpenSizes = ({ inputs, outputs, nodes, dynamicBatch }: Graph): Graph => {
  return { inputs, outputs, nodes, dynamicBatch };
};
