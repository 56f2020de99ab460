// What convolutions cost, of floats or integers.

import type { Block, Structure } from '../../ir/structure.js';
import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { blocksOf, isDepthwise, type ConvAttrs, type ConvInputs } from './attrs.js';
import { weightsPerTap } from './block-weights.js';

type Layer = Pick<ConvInputs, 'x' | 'weights' | 'bias'>;
type Shape = Pick<ConvAttrs, 'kernel' | 'group' | 'blocks'>;

/** The multiply-accumulates of a run. */
export const convMacs = ({ x, bias }: Layer, output: Value, { blocks, group, kernel }: Shape): number => {
  // equal groups are counted without listing them: this runs for every layer of a model that is loaded
  const perTap = blocks.length ? weightsPerTap(blocks) : (channelsOf(x) * channelsOf(bias)) / group;
  return perTap * sizeOf(kernel) * sizeOf(output.shape.slice(0, -1));
};

/** Whether the only block has every input and every output, in any order. */
const isWhole = ([first, ...others]: readonly Block[], inputs: number, outputs: number): boolean =>
  !others.length && new Set(first!.inputs).size === inputs && first!.outputs.length === outputs;

/** The channels that the outputs read. */
export const convStructure = ({ x, weights, bias }: Layer, output: Value, attrs: Shape): Structure => {
  const { kernel, group, blocks } = attrs;
  const positions = sizeOf(output.shape.slice(0, -1));
  const outputs = channelsOf(bias);
  const costsOf = (count: number) => ({ macs: count * positions, weights: count + outputs });
  if (isDepthwise(x, bias, attrs)) return { kind: 'depthwise', kernel, dense: costsOf(sizeOf(weights.shape)) };
  const dense = costsOf(channelsOf(x) * outputs * sizeOf(kernel));
  if (blocks.length ? isWhole(blocks, channelsOf(x), outputs) : group === 1) return { kind: 'dense', kernel, dense };
  return { kind: blocks.length ? 'blocks' : 'grouped', kernel, groups: blocksOf(x, bias, attrs), dense };
};
