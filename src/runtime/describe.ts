// The layers of a network and what they cost.

import type { Metadata } from '../format/metadata.js';
import type { Graph, Node } from '../ir/graph.js';
import type { Costs, Structure } from '../ir/structure.js';
import type { MemoryUse } from './plan.js';
import { sizeOf, type DataType } from '../ir/tensor.js';

/** One layer; shapes are channels-last inside the network. */
export type LayerDescription = {
  /** Name of the node in the ONNX file. */
  name: string;
  /** Name of the op. */
  op: string;
  /** Shapes of the inputs. */
  inputs: (readonly number[])[];
  /** Shape of the output. */
  output: readonly number[];
  /** Element type of the output. */
  type: DataType;
  /** Multiply-accumulates; for gated convolutions an upper bound, since each sample chooses its channels. */
  macs: number;
  /** Number of elements in the constants that the layer reads. */
  weights: number;
  /** Costs if every output read every input; the difference is what groups save. */
  dense: Costs;
  /** For convolutions: how outputs read inputs. */
  kind?: Structure['kind'];
  /** For convolutions: the kernel size. */
  kernel?: readonly number[];
  /** For grouped convolutions: the input and output channels of each group, in memory order. */
  groups?: Structure['groups'];
  /** For gated convolutions: the number of heads, the inputs that each can choose from, and its outputs. */
  heads?: Structure['heads'];
};

/** A network's layers and costs; bytes in `memory`. */
export type Description = {
  /** All layers in the order of computation. */
  layers: LayerDescription[];
  /** Multiply-accumulates of all layers. */
  macs: number;
  /** Number of elements in the constants of all layers. */
  weights: number;
  /** Costs without groups. */
  dense: Costs;
  /** Sizes of the parts of memory, and of the whole linear memory. */
  memory: MemoryUse & {
    /** Bytes of the WebAssembly memory. */
    linear: number;
  };
  /** Whether the network takes any number of samples. */
  dynamicBatch: boolean;
  /** The metadata in the model file. */
  metadata: Metadata;
};

/** Describes a planned graph; `linear` is the size of its linear memory in bytes. */
export const describeGraph = (graph: Graph, memory: MemoryUse, metadata: Metadata, linear: number): Description => ({
  ...describeLayers(graph),
  memory: { ...memory, linear },
  dynamicBatch: graph.dynamicBatch,
  metadata,
});

/** The layers and what they cost, individually and in total. */
export const describeLayers = (graph: Graph): Pick<Description, 'layers' | 'macs' | 'weights' | 'dense'> => {
  const layers = graph.nodes.map(describeNode);
  const total = (of: (layer: LayerDescription) => number) => layers.reduce((sum, layer) => sum + of(layer), 0);
  return {
    layers,
    macs: total(({ macs }) => macs),
    weights: total(({ weights }) => weights),
    dense: { macs: total(({ dense }) => dense.macs), weights: total(({ dense }) => dense.weights) },
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
