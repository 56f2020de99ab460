// Which channels of its input a layer reads, and what that costs.

/** A block of a convolution: each of its outputs reads all of its inputs. */
export type Block = {
  /** Input channels. */
  inputs: readonly number[];
  /** Output channels. */
  outputs: readonly number[];
};

/** What a layer or network costs. */
export type Costs = {
  /** Multiply-accumulates of one run. */
  macs: number;
  /** Number of elements in constants. */
  weights: number;
};

/** Which channels of the input a layer's outputs read. */
export type Structure = {
  /**
   * Which inputs an output reads: all, its own channel, a group of adjacent ones, any block, or a choice per sample.
   */
  kind: 'dense' | 'depthwise' | 'grouped' | 'blocks' | 'gated';
  /** The sizes of the kernel. */
  kernel: readonly number[];
  /** The groups of `grouped` and `blocks`. */
  groups?: readonly Block[];
  /** The heads of `gated`: equal runs of outputs; each reads the `inputs` chosen for it per sample. */
  heads?: {
    /** How many heads there are. */
    count: number;
    /** Input channels that a head can choose from. */
    inputs: number;
    /** Output channels of each head. */
    outputs: number;
  };
  /** Costs if every output read every input; for `depthwise`, the layer's actual costs. */
  dense: Costs;
};
