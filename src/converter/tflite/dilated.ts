// Dilated convolutions as TensorFlow writes them: blocks of an image become images, which are convolved and put back together.

import type { Dilated, TfliteModel, TfliteNode, TfliteTensor } from './model.js';
import { optionField } from './operators.js';

/** The integers of a constant; undefined if the tensor is no such list. */
const listOf = (tensor: TfliteTensor | undefined, length: number): number[] | undefined => {
  if (tensor?.type !== 2 || tensor.bytes?.length !== 4 * length) return undefined;
  const view = new DataView(tensor.bytes.buffer, tensor.bytes.byteOffset, tensor.bytes.byteLength);
  return Array.from({ length }, (_, index) => view.getInt32(4 * index, true));
};

/** Whether a node is a convolution without padding, strides and dilation. */
const isPlainConvolution = ({ opType, options }: TfliteNode): boolean => {
  if (!options || (opType !== 'CONV_2D' && opType !== 'DEPTHWISE_CONV_2D')) return false;
  const field = (name: string) => optionField(opType, name);
  const steps = ['stride_h', 'stride_w', 'dilation_h_factor', 'dilation_w_factor'];
  return options.byte(field('padding')) === 1 && steps.every((name) => options.int(field(name), 1) === 1);
};

/** What splitting an image into blocks and joining them comes to; undefined if no pads bring about the same. */
const dilatedBetween = (split: TfliteNode, join: TfliteNode): Dilated | undefined => {
  const [blocks, joined] = [listOf(split.from[1], 2), listOf(join.from[1], 2)];
  const [edges, cuts] = [listOf(split.from[2], 4), listOf(join.from[2], 4)];
  if (!blocks || !edges || !cuts || String(blocks) !== String(joined)) return undefined;
  const [top, bottom, left, right] = edges.map((edge, index) => edge - cuts[index]!) as [
    number,
    number,
    number,
    number,
  ];
  const pads = [top, left, bottom, right];
  return pads.every((pad) => pad >= 0) && blocks.every((size) => size >= 1) ? { dilations: blocks, pads } : undefined;
};

/** The nodes with each such group of three as one dilated convolution; those that it replaces stay, but nothing reads them. */
export const withDilations = ({ nodes, outputs }: TfliteModel): TfliteNode[] => {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node])));
  const readers = new Map<string, number>(outputs.map(({ name }) => [name, 1]));
  for (const name of nodes.flatMap(({ inputs }) => inputs)) readers.set(name, (readers.get(name) ?? 0) + 1);
  /** The node of which only `node` reads the result, and as its first input. */
  const before = (node: TfliteNode | undefined): TfliteNode | undefined => {
    const name = node?.inputs[0] ?? '';
    return readers.get(name) === 1 ? makers.get(name) : undefined;
  };
  return nodes.map((join) => {
    const convolution = join.opType === 'BATCH_TO_SPACE_ND' ? before(join) : undefined;
    const split = before(convolution);
    if (!convolution || split?.opType !== 'SPACE_TO_BATCH_ND' || !isPlainConvolution(convolution)) return join;
    const dilated = dilatedBetween(split, join);
    if (!dilated) return join;
    return {
      ...convolution,
      name: join.name,
      inputs: [split.inputs[0]!, ...convolution.inputs.slice(1)],
      from: [split.from[0], ...convolution.from.slice(1)],
      outputs: join.outputs,
      to: join.to,
      dilated,
    };
  });
};
