// Whether a network serves images of any size: it does if nothing in it was computed from the size of the image.

import { UnsupportedError } from '../errors.js';
import { USUAL_SIZE } from '../image/for-input.js';
import type { Graph } from '../ir/graph.js';
import { withShapes } from '../ir/with-shapes.js';
import { attempt, hasOutputsOf, type Rewritten } from './batching.js';
import { generalGraph } from './general-graph.js';

/** The height and width for which a network is planned first if nothing else is known. */
const USUAL_SIZES: readonly number[] = [USUAL_SIZE, USUAL_SIZE];

/**
 * Sizes for which a network is read, to compare the results, and what all sizes of a run must then be multiples of. They
 * differ in their remainders, so that rounding shows; networks that cannot have any size are tried with multiples of 32,
 * for five layers that halve the image.
 */
const PROOFS: readonly { multiple: number; sizes: readonly number[] }[] = [
  { multiple: 1, sizes: [197, 262, 324] },
  { multiple: 32, sizes: [256, 288, 320] },
];

/** Reads and rewrites a network for images of these sizes; `isProof` for sizes that are only compared with others. */
type Convert = (sizes?: readonly number[], isProof?: boolean) => Rewritten;

/**
 * Reads and rewrites a network. If its file leaves sizes of images open, this is done for several of them: where the
 * results differ only in numbers that follow from sizes, the network takes images of any size.
 *
 * @param convert without sizes, it throws for open ones
 * @param given the height and width that photos will have, if they are known
 * @returns the network for the sizes given or the usual ones
 * @throws {UnsupportedError} if the sizes of images are open, not given, and the network depends on them
 */
export const readAnySize = (convert: Convert, given?: readonly number[]): Rewritten => {
  const usual = attempt(() => convert(given ?? USUAL_SIZES)) ?? convert();
  const { openSizes } = usual.graph;
  if (!openSizes) return usual;
  const reasons: string[] = [];
  for (const { multiple, sizes } of PROOFS) {
    const general = forAnySize(convert, sizes);
    const graph = typeof general === 'string' ? undefined : attempt(() => withShapes(general, shapesOf(usual.graph)));
    if (graph && hasOutputsOf(graph, usual.graph) && (given ?? USUAL_SIZES).every((size) => size % multiple === 0))
      return { ...usual, graph: { ...graph, openSizes: { ...openSizes, multiple } } };
    reasons.push(typeof general === 'string' ? general : 'its results have other shapes than expected');
  }
  if (given) return { ...usual, graph: withoutOpenSizes(usual.graph) };
  return refuse(convert, reasons.at(-1)!);
};

/** The graph for any size, or why there is none. */
const forAnySize = (convert: Convert, sizes: readonly number[]): Graph | string => {
  const graphs = sizes.map((_, i) => {
    // each axis has each size once
    const [height, width] = [sizes[i], sizes[(i + 1) % sizes.length]];
    return attempt(() => convert([height!, width!], true).graph);
  });
  const known = graphs.filter((graph) => graph !== undefined);
  return known.length === graphs.length ? generalGraph(known) : 'it cannot have every size';
};

const shapesOf = ({ inputs }: Graph): (readonly number[])[] => inputs.map(({ shape }) => shape);

const withoutOpenSizes = ({ inputs, outputs, nodes, dynamicBatch }: Graph): Graph => {
  return { inputs, outputs, nodes, dynamicBatch };
};

/** Refuses a network as it is refused without sizes, which asks for them, and says why they are needed. */
const refuse = (convert: Convert, reason: string): never => {
  try {
    convert();
  } catch (error) {
    if (error instanceof UnsupportedError)
      throw new UnsupportedError(error.problems.map((text) => `${text} (${reason})`));
    throw error;
  }
  throw new UnsupportedError([reason]);
};
