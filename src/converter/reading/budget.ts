// What computing a network's constants may cost, so that a small file cannot hold the converter.

/** Limits of one conversion, in all. */
export type Budget = {
  /** Elements of the constants that are computed. */
  elements: number;
  /** Multiply-accumulates of their computation, or other work that takes as long. */
  macs: number;
};

/**
 * The budget of a file whose own constants have `elements` elements: 256 MiB, since ONNX's own test networks compute all
 * weights of a ResNet-50, about 0.3 s, and a share of the elements.
 */
export const budgetFor = (elements: number): Budget => ({
  elements: 2 ** 26 + 16 * elements,
  macs: 2 ** 30 + 512 * elements,
});

/** How many nodes a network may have, with those of functions and loops as often as they run. */
export const MAX_NODES = 2 ** 16;
