// What computing a network's constants may cost, so that a small file cannot hold the converter.

import { refuse } from './refusal.js';

/** Elements and work that a network may cost beyond what its file's size allows: all weights of a ResNet-50, 0.3 s. */
const [FREE_ELEMENTS, FREE_MACS] = [2 ** 26, 2 ** 30];

/** How many nodes a network may have, with those of functions and loops as often as they run. */
export const MAX_NODES = 2 ** 15;

/** The limits of one conversion and what is spent of them, for all sizes that the network is read for. */
export class Budget {
  /** Elements of the constants that are computed. */
  readonly elements: number;
  /** Multiply-accumulates of their computation, or other work that takes as long. */
  readonly macs: number;
  private made = 0;

  /** @param elements how many elements the file's own constants have */
  constructor(elements: number) {
    this.elements = FREE_ELEMENTS + 16 * elements;
    this.macs = FREE_MACS + 512 * elements;
  }

  /** Counts a constant that is about to be made. */
  spend(elements: number): void {
    this.made += elements;
    if (this.made > this.elements)
      refuse(
        `the constants have more than ${this.elements} elements in total, which is the limit for a file of this size`,
      );
  }
}
