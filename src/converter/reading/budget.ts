// What converting a network may cost, so that a small file cannot hold the converter.

import { UnsupportedError } from '../../errors.js';
import { LIMITS } from '../../format/layout.js';
import { sizeOf } from '../../ir/tensor.js';
import type { Evaluate } from '../../runtime/evaluate-node.js';
import { workOf } from '../../runtime/limits.js';

/** Elements and work that a network may cost beyond what its file's size allows: all weights of a ResNet-50, 0.3 s. */
const [FREE_ELEMENTS, FREE_MACS] = [2 ** 26, 2 ** 30];

/** How many nodes a network may have, with those of functions and loops as often as they run. */
const MAX_NODES = 2 ** 15;

/** Nodes of all readings: to ask for sizes, and then for one sample and for several, must be possible with any network. */
const MAX_NODES_READ = 3 * MAX_NODES;

/** A network costs more than its budget. No attempt with another size or batch can follow. */
export class BudgetError extends UnsupportedError {
  /** Says what exceeds which limit. */
  constructor(problem: string) {
    super([problem]);
  }
}

/** The limits of one conversion and what is spent of them, for all batches and sizes that the network is read for. */
export class Budget {
  /** Elements of the constants that are made or computed. */
  readonly elements: number;
  /** Multiply-accumulates of their computation, or other work that takes as long. */
  readonly macs: number;
  private made = 0;
  private work = 0;
  private nodesRead = 0;

  /**
   * @param elements how many elements the file's own constants have
   * @param times how many times as much as usual may be spent
   */
  constructor(elements: number, times = 1) {
    this.elements = times * (FREE_ELEMENTS + 16 * elements);
    this.macs = times * (FREE_MACS + 512 * elements);
  }

  /** Counts a constant that is about to be made. @throws {BudgetError} naming its `maker` */
  spend(elements: number, maker?: string): void {
    this.made += elements;
    if (this.made > this.elements)
      throw new BudgetError(
        `${maker ? `${maker}: ` : ''}the constants have more than ${this.elements} elements in total, which is the limit for a file of this size`,
      );
  }

  /** The evaluator within the budget. It throws a `BudgetError` that names the node whose constant exceeds it. */
  limit(evaluate: Evaluate): Evaluate {
    return (node) => {
      this.spend(sizeOf(node.output.shape), node.name);
      this.work += workOf(node);
      if (this.work > this.macs)
        throw new BudgetError(
          `${node.name} (${node.op.name}): computing the network's constants takes more than ${this.macs} multiply-accumulates; fold them when you export the network`,
        );
      return evaluate(node);
    };
  }

  /** Counts the nodes of one reading, before they are read, into `counts`. @throws {BudgetError} if they are too many */
  countNodes(nodes: readonly { inputs: readonly string[] }[], counts: { nodes: number; inputs: number }): void {
    counts.nodes += nodes.length;
    if (counts.nodes > MAX_NODES) throw new BudgetError(`more than ${MAX_NODES} nodes are not supported`);
    counts.inputs += nodes.reduce((sum, { inputs }) => sum + inputs.length, 0);
    if (counts.inputs > LIMITS.allInputs)
      throw new BudgetError(`the nodes have ${counts.inputs} inputs in all; at most ${LIMITS.allInputs} are supported`);
    this.nodesRead += nodes.length;
    if (this.nodesRead > MAX_NODES_READ)
      throw new BudgetError('it has too many nodes to be compared for several sizes');
  }
}
