// Which of its input's channels a layer reads, and what that costs.

/** A convolution's block by channels: every one of its outputs reads all of its inputs. */
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
  /** Numbers of constants. */
  weights: number;
};

/** Which of its input's channels a layer's outputs read. */
export type Structure = {
  /** How outputs read inputs: all of them, their own, groups of adjacent channels, any groups, or a choice for each sample. */
  kind: 'dense' | 'depthwise' | 'grouped' | 'blocks' | 'gated';
  /** The sizes of the kernel. */
  kernel: readonly number[];
  /** The groups of `grouped` and `blocks`. */
  groups?: readonly Block[];
  /** Of `gated`: equal runs of outputs, each of which reads those of all `inputs` that are chosen for it for each sample. */
  heads?: {
    /** How many heads there are. */
    count: number;
    /** Input channels that each sample chooses from. */
    inputs: number;
    /** Output channels of each head. */
    outputs: number;
  };
  /** Costs if every output read every input; for `depthwise` the layer's own. */
  dense: Costs;
};
