// Nodes that treat every channel alike: their inputs and outputs have the same channels in the same order.

import type { Node } from '../../ir/graph.js';
import { channelsOf, type Value } from '../../ir/value.js';
import type { Attrs } from '../../ir/schema.js';
import { pickLast } from '../rewrites/selection.js';
import { rewritesOf } from '../rewrites/index.js';

/** Whether a node makes each channel of its output from that channel of its inputs. */
export const isChannelwise = ({ op, attrs, inputs }: Node): boolean =>
  rewritesOf(op).isChannelwise?.(inputs, attrs) === true;

/** The inputs of a channelwise node that have the output's channels and are not constant. */
export const followedInputs = ({ inputs, output }: Node): Value[] =>
  inputs.filter((input) => !input.data && channelsOf(input) === channelsOf(output));

/** What a channelwise node becomes for `channels` of its inputs and output, in that order. */
export const keepChannels = (
  { op, attrs, inputs, output }: Node,
  channels: readonly number[],
): { attrs: Attrs; inputs: Value[] } => {
  const form = rewritesOf(op).narrow?.(inputs, attrs, channels);
  if (form) return { ...form, inputs: [...form.inputs] };
  const follows = (input: Value) => input.data && channelsOf(input) > 1 && channelsOf(input) === channelsOf(output);
  return { attrs, inputs: inputs.map((input) => (follows(input) ? pickLast(input, channels) : input)) };
};
