// Values whose channels can have any order: everything that makes them is put into that order.
//
//   conv -> clip -> y        conv (other order of outputs) -> clip -> y (other order of channels)

import type { Node } from '../../ir/graph.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { invert, range } from '../../ops/shared/permutation.js';
import { followedInputs, isChannelwise, keepChannels } from './channelwise.js';
import type { GraphEditor } from './editor.js';
import { rewritesOf } from '../rewrites/index.js';

/** Whether a value that one node reads, perhaps through selections, can be made in any order of its channels. */
export const canReorder = (value: Value, editor: GraphEditor): boolean => makersInOrder(value, editor) !== undefined;

/** Lets a value for which `canReorder` holds be made with channel i at `places[i]`. Its reader has to follow. */
export const reorder = (value: Value, places: readonly number[], editor: GraphEditor): void => {
  for (const maker of makersInOrder(value, editor)!) {
    const form = rewritesOf(maker.op).reorder?.(maker.inputs, maker.attrs, places);
    const { attrs, inputs } = form ?? keepChannels(maker, invert(places));
    editor.change(maker, { attrs, inputs: [...inputs] });
  }
};

/** What has to change for another order: layers that can make their outputs in any, and what follows them channel by channel. */
const makersInOrder = (value: Value, editor: GraphEditor): Node[] | undefined => {
  const found: Node[] = [];
  const open = [value];
  for (let next = open.pop(); next; next = open.pop()) {
    const maker = editor.maker(next);
    if (!maker || countUses(next, editor) !== 1) return undefined;
    found.push(maker);
    if (rewritesOf(maker.op).reorder?.(maker.inputs, maker.attrs, range(channelsOf(next)))) continue;
    if (!isChannelwise(maker)) return undefined;
    open.push(...followedInputs(maker));
  }
  return found;
};

/** How many times a value is read, itself or through selections; being an output of the network counts too. */
const countUses = (value: Value, editor: GraphEditor): number => {
  let count = 0;
  const open = [value];
  for (let next = open.pop(); next; next = open.pop()) {
    if (editor.isOutput(next)) count++;
    for (const reader of editor.readers(next)) {
      if (rewritesOf(reader.op).asSelection?.(reader.inputs, reader.attrs)) open.push(reader.output);
      else count += reader.inputs.filter((input) => input === next).length;
    }
  }
  return count;
};
