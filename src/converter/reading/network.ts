// A network as a file has it: what the converter needs to know about it, whatever the format.

import type { Graph } from '../../ir/graph.js';
import type { Preprocess } from '../../image/preprocess-spec.js';
import type { Steps } from '../../next-task.js';
import type { Evaluate } from '../../runtime/evaluate-node.js';
import type { Budget } from './budget.js';
import type { InputOptions } from './inputs.js';

/** How to read a network. */
export type ReadOptions = InputOptions & {
  /** Computes a node whose inputs are all constant. */
  evaluate: Evaluate;
  /** Whether photos will be fed to the network: an input whose channels are last then gets its channels first. */
  photo?: boolean;
};

/** The contents of a network's file. Each file format has a function that opens its files as this. */
export type Network = {
  /** The operators of its nodes. */
  operators: readonly string[];
  /** What wrote the file, or an empty text. */
  producer: string;
  /** How many elements its constants have, which decides what computing others may cost. */
  elements: number;
  /** What the file itself says about its classes. */
  labels?: readonly string[];
  /** What the file itself says about how a photo becomes its input. */
  preprocess?: Preprocess;
  /**
   * The network in groupwise's ops. Shapes are those for `batch` samples; what depends only on constants and shapes is
   * computed. `dynamicBatch` says whether the file leaves the first dimension of every input open.
   *
   * @param budget what all readings of a conversion may cost
   * @throws {FormatError} if nodes depend on each other in a circle, or two make the same value
   * @throws {UnsupportedError} listing everything that is not supported
   * @throws {BudgetError} if the budget is exhausted
   * @throws {ArgumentError} if the options do not fit the network's inputs
   */
  read: (options: ReadOptions, budget: Budget) => Steps<Graph>;
};
