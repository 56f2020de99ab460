// What a network consists of and what it costs.

import type { Metadata } from '../format/metadata.js';
import type { Graph, Node } from '../ir/graph.js';
import type { Costs, Structure } from '../ir/op.js';
import type { MemoryUse } from './plan.js';
import { sizeOf, type DataType } from '../ir/tensor.js';

/** One layer; shapes are channels-last inside the network. */
export type LayerDescription = {
  name: string;
  op: string;
  inputs: (readonly number[])[];
  output: readonly number[];
  type: DataType;
  /** Multiply-accumulates; of gated convolutions the most, since their samples choose what they read. */
  macs: number;
  /** Numbers of constants that the layer reads. */
  weights: number;
  /** The same if every output read every input: what groups save is the difference. */
  dense: Costs;
  /** Of convolutions: how their channels are joined. */
  kind?: Structure['kind'];
  /** Of convolutions: sizes of the window. */
  kernel?: readonly number[];
  /** Of grouped convolutions: for each group the channels that it reads and makes, in the order of memory. */
  groups?: Structure['groups'];
  /** Of gated convolutions: how many heads there are, from how many inputs each sample chooses theirs, and outputs of each. */
  heads?: Structure['heads'];
};

/** A network's layers and costs; bytes in `memory`. */
export type Description = {
  layers: LayerDescription[];
  macs: number;
  weights: number;
  /** The same without groups. */
  dense: Costs;
  memory: MemoryUse & { linear: number };
  dynamicBatch: boolean;
  metadata: Metadata;
};

/** Describes a planned graph; `linear` is the size of its linear memory in bytes. */
export const describeGraph = (graph: Graph, memory: MemoryUse, metadata: Metadata, linear: number): Description => {
  const layers = graph.nodes.map(describeNode);
  const total = (of: (layer: LayerDescription) => number) => layers.reduce((sum, layer) => sum + of(layer), 0);
  return {
    layers,
    macs: total(({ macs }) => macs),
    weights: total(({ weights }) => weights),
    dense: { macs: total(({ dense }) => dense.macs), weights: total(({ dense }) => dense.weights) },
    memory: { ...memory, linear },
    dynamicBatch: graph.dynamicBatch,
    metadata,
  };
};

const describeNode = ({ name, op, inputs, output, attrs }: Node): LayerDescription => {
  const macs = op.macs(inputs, output, attrs);
  const weights = inputs.reduce((sum, input) => sum + (input.data ? sizeOf(input.shape) : 0), 0);
  return {
    name,
    op: op.name,
    inputs: inputs.filter(({ data }) => !data).map(({ shape }) => shape),
    output: output.shape,
    type: output.type,
    macs,
    weights,
    dense: { macs, weights },
    ...op.structure(inputs, output, attrs),
  };
};
