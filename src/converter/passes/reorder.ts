// Values whose channels can have another order: everything that makes them is put into that order.
//
//   conv -> clip -> y                conv (other order of outputs) -> clip -> y (other order of channels)
//   conv --> depthwise -> concat     the same order in each part: conv (order) --> depthwise (order) -> concat
//       '----------------'                                                     '------------------------'

import type { Node } from '../../ir/graph.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { concat } from '../../ops/concat.js';
import { invert, range, sameIndices } from '../../ops/shared/permutation.js';
import { rewritesOf } from '../rewrites/index.js';
import { followedInputs, isChannelwise, keepChannels } from './channelwise.js';
import type { GraphEditor } from './editor.js';
import { tiesOf } from './read-channels.js';

/** Where channel i of each value goes. */
type Orders = Map<Value, readonly number[]>;

/** Whether a value that one node reads, perhaps through selections, can be made in any order of its channels. */
export const canReorder = (value: Value, editor: GraphEditor): boolean =>
  ordersFor(value, range(channelsOf(value)).reverse(), editor) !== undefined;

/**
 * Lets a value that one node reads, perhaps through selections, be made with channel i at `places[i]`. Its reader has to
 * follow.
 *
 * @returns false, without a change, if the value cannot be made in that order
 */
export const reorder = (value: Value, places: readonly number[], editor: GraphEditor): boolean => {
  const orders = ordersFor(value, places, editor);
  for (const [made, own] of orders ?? []) {
    const maker = editor.maker(made)!;
    if (isJoin(maker)) continue; // its parts have their orders
    const form = rewritesOf(maker.op).reorder?.(maker.inputs, maker.attrs, own);
    const { attrs, inputs } = form ?? keepChannels(maker, invert(own));
    editor.change(maker, { attrs, inputs: [...inputs] });
  }
  return orders !== undefined;
};

/** What has to change for an order: layers that can make their outputs in it, and what follows them channel by channel. */
const ordersFor = (value: Value, places: readonly number[], editor: GraphEditor): Orders | undefined => {
  if (countUses(value, editor) !== 1) return undefined;
  const orders: Orders = new Map([[value, places]]);
  const followers = new Set<Value>();
  for (const [made, own] of orders) {
    const maker = editor.maker(made);
    const sources = maker && sourcesOf(maker, own);
    if (!sources) return undefined;
    if (sources.length) followers.add(made);
    for (const [input, order] of sources) {
      if (!sameIndices(orders.get(input) ?? order, order)) return undefined;
      orders.set(input, order);
    }
  }
  const isRead = (made: Value) => made === value || isFollowed(made, followers, editor);
  return [...orders.keys()].every(isRead) ? orders : undefined;
};

/** The inputs of a node that need an order so that its output has one; undefined if it cannot have it. */
const sourcesOf = (maker: Node, places: readonly number[]): [Value, readonly number[]][] | undefined => {
  if (rewritesOf(maker.op).reorder?.(maker.inputs, maker.attrs, places)) return [];
  if (isChannelwise(maker)) return followedInputs(maker).map((input) => [input, places]);
  if (!isJoin(maker)) return undefined;
  const parts = tiesOf(maker)!.map(({ input, start }): [Value, number[]] => {
    return [input, places.slice(start, start + channelsOf(input)).map((place) => place - start)];
  });
  const staysInside = ([input, order]: [Value, number[]]) =>
    order.every((place) => place >= 0 && place < channelsOf(input));
  return parts.every(staysInside) ? parts : undefined;
};

/** Whether a node joins channels. */
const isJoin = (maker: Node): boolean => maker.op === concat && !isChannelwise(maker);

/**
 * Whether everything that reads a value takes its order. A layer that can make its outputs in an order does not: it reads
 * its inputs as they were.
 */
const isFollowed = (value: Value, followers: ReadonlySet<Value>, editor: GraphEditor): boolean =>
  !editor.isOutput(value) && editor.readers(value).every(({ output }) => followers.has(output));

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
