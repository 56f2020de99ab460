// Channels that nothing reads are not made: they go from the layers that leave them out, back through what works channel by
// channel, up to the convolutions that make them.
//
//   conv [8] -> clip [8] -> gather 0 2 5 -> conv        conv [3] -> clip [3] -> conv

import type { Node } from '../../ir/graph.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { concat } from '../../ops/concat.js';
import { gather } from '../../ops/rare/gather.js';
import { pickLast } from '../rewrites/selection.js';
import { isChannelwise, keepChannels } from './channelwise.js';
import type { GraphEditor } from './editor.js';
import { channelsOfTie, ReadChannels, tiesOf } from './read-channels.js';
import { rewritesOf } from '../rewrites/index.js';
import { isIdentity } from '../../ops/shared/permutation.js';

/** What a node becomes. */
type Form = Pick<Node, 'op' | 'attrs' | 'inputs'>;

/** The most channels of all values together that are followed: each is an entry of several lists. */
const MAX_CHANNELS = 2 ** 22;

/**
 * Removes what no output depends on, channel by channel. Networks with very many channels stay as they are.
 *
 * @returns how many outputs of convolutions are no longer made, including all of those of a convolution that is removed;
 *   depthwise ones, whose channels are those of other layers, do not count
 */
export const pruneUnread = (editor: GraphEditor): number => {
  const { inputs, nodes } = editor.graph;
  const values = [...inputs, ...nodes.map(({ output }) => output)];
  if (values.reduce((sum, value) => sum + channelsOf(value), 0) > MAX_CHANNELS) return 0;
  const pruning = new Pruning(editor);
  for (const node of editor.nodes) pruning.take(node);
  pruning.finish();
  return pruning.pruned;
};

class Pruning {
  /** Outputs that are gone, of convolutions that are not depthwise. */
  pruned = 0;
  private readonly read: ReadChannels;
  /** What values became that changed; nodes read the values of before until they are rewritten themselves. */
  private readonly current = new Map<Value, Value>();

  constructor(private readonly editor: GraphEditor) {
    this.read = new ReadChannels(editor);
  }

  /** Rewrites a node, after those that make its inputs. */
  take(node: Node): void {
    const { op, output } = node;
    const channels = this.read.of(output);
    if (rewritesOf(op).reads && !isChannelwise(node)) this.pruned += channelsOf(output) - channels.length;
    if (!channels.length || [...node.inputs, output].every((value) => this.read.isWhole(value))) return;
    const form = this.narrow(node, channels);
    const inputs = form.inputs.map((input) => this.current.get(input) ?? input);
    if (!this.editor.isOutput(output) && isCopy({ ...form, inputs })) return void this.current.set(output, inputs[0]!);
    if (channels.length === channelsOf(output)) return this.editor.change(node, { ...form, inputs });
    const narrowed: Value = { ...output, shape: [...output.shape.slice(0, -1), channels.length] };
    this.current.set(output, narrowed);
    this.editor.replace(node, { ...node, ...form, inputs, output: narrowed });
  }

  /** Lets nodes that did not change read what became of their inputs. */
  finish(): void {
    for (const [before, after] of this.current) this.editor.redirect(before, after);
  }

  /** What a node becomes for the channels that are read; its inputs are those of before. */
  private narrow(node: Node, channels: readonly number[]): Form {
    const { op, attrs, inputs } = node;
    const { asSelection, prune } = rewritesOf(op);
    const selected = asSelection?.(inputs, attrs);
    if (selected) {
      const kept = channels.map((channel) => selected[channel]!);
      return this.narrowSelection(node, kept);
    }
    if (isChannelwise(node)) return { op, ...keepChannels(node, channels) };
    const pruned = prune?.(inputs, attrs, channels, this.read.of(inputs[0]!));
    if (pruned) return { op, attrs: pruned.attrs, inputs: [...pruned.inputs] };
    const parts = tiesOf(node)!.map((tie) => {
      const own = channelsOfTie(tie, channels);
      return own.length ? [tie.input.data ? pickLast(tie.input, own) : tie.input] : [];
    });
    return { op, attrs, inputs: parts.flat() };
  }

  private narrowSelection({ name, inputs: [x] }: Node, selected: readonly number[]): Form {
    const places = new Map(this.read.of(x!).map((channel, place) => [channel, place]));
    const data = Int32Array.from(selected, (channel) => places.get(channel)!);
    const indices: Value = { name: `${name}/kept`, shape: [data.length], type: 'int32', data };
    return { op: gather, attrs: { axis: x!.shape.length - 1 }, inputs: [x!, indices] };
  }
}

/** Whether a node gives its first input as it is. */
const isCopy = ({ op, attrs, inputs }: Form): boolean => {
  if (op === concat) return inputs.length === 1;
  const selected = rewritesOf(op).asSelection?.(inputs, attrs);
  return selected !== undefined && isIdentity(selected, channelsOf(inputs[0]!));
};
