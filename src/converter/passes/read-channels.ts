// Which channels of each value anything reads, from the outputs of the network back to its inputs.

import type { Node } from '../../ir/graph.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { concat } from '../../ops/concat.js';
import { invert, isPermutation, range } from '../../ops/shared/permutation.js';
import { followedInputs, isChannelwise } from './channelwise.js';
import type { GraphEditor } from './editor.js';
import { rewritesOf } from '../rewrites/index.js';

/**
 * An input whose channels correspond to the output's channels from `start` on: either is only kept together with the
 * other.
 */
export type Tie = { input: Value; start: number };

/** The inputs that a node treats channel by channel; undefined if it needs all of everything. Selections have none. */
export const tiesOf = (node: Node): Tie[] | undefined => {
  const { op, inputs } = node;
  const whole = (values: readonly Value[]) => values.map((input) => ({ input, start: 0 }));
  if (isChannelwise(node)) return whole(followedInputs(node));
  if (rewritesOf(op).reads) return whole(inputs.slice(1).filter(({ data }) => !data));
  if (op !== concat) return undefined;
  let start = 0;
  return inputs.map((input) => ({ input, start: (start += channelsOf(input)) - channelsOf(input) }));
};

/** Those of a node's output channels that belong to a tied input, as the input counts them. */
export const channelsOfTie = ({ input, start }: Tie, channels: readonly number[]): number[] =>
  channels
    .filter((channel) => channel >= start && channel < start + channelsOf(input))
    .map((channel) => channel - start);

/** Marks the channels of another value that must be read because these channels of a value are read. */
type Mark = (channels: readonly number[]) => void;

/**
 * The channels that are read. Starting from the network's outputs, each channel that is read marks the channels that it
 * is computed from, and tied channels mark each other in both directions, until no new channel is found. Every channel
 * of a value is followed once, and per-node work is done once, so the total is linear in channels and weights.
 */
export class ReadChannels {
  /** For each channel of a value whether it is read. */
  private readonly marks = new Map<Value, Uint8Array>();
  /** How many channels of a value are not marked. */
  private readonly unread = new Map<Value, number>();
  /** Channels that are marked and still have to be followed, and the values that have such channels, in order. */
  private readonly pending = new Map<Value, number[]>();
  private readonly queue: Value[] = [];
  /** From channels of a value to what its maker makes them of; for makers of which something is read. */
  private readonly markSources = new Map<Value, Mark>();
  /** From channels of a value to tied channels of what its readers make. */
  private readonly markTied = new Map<Value, Mark[]>();
  /**
   * First inputs of layers of which something is read: they keep a channel at least, since a layer must have inputs.
   */
  private readonly layerInputs: Value[] = [];

  constructor(private readonly editor: GraphEditor) {
    const { inputs, outputs } = editor.graph;
    for (const value of [...inputs, ...outputs.map((output) => output.value)]) this.markAll(value);
    this.followPending();
    for (const value of this.layerInputs) {
      if (!this.marks.has(value)) this.mark(value, [0]);
      this.followPending();
    }
  }

  /** The channels of a value that are read, ascending; all of a constant. */
  of(value: Value): number[] {
    const all = allChannels(value);
    return value.data ? all : all.filter((channel) => this.marks.get(value)?.[channel]);
  }

  /** Whether every channel of a value is read. */
  isWhole(value: Value): boolean {
    return value.data !== undefined || this.unread.get(value) === 0;
  }

  private followPending(): void {
    for (const value of this.queue) {
      const channels = this.pending.get(value)!;
      this.pending.delete(value);
      const maker = this.editor.maker(value);
      if (maker && !this.markSources.has(value)) this.markSources.set(value, this.connect(maker));
      this.markSources.get(value)?.(channels);
      for (const mark of this.markTied.get(value) ?? []) mark(channels);
    }
    this.queue.length = 0;
  }

  /** Prepares a node of whose output something is read. @returns what marks the sources of its channels */
  private connect(node: Node): Mark {
    const { op, attrs, inputs, output } = node;
    if (needsAll(node)) return () => [output, ...inputs].forEach((value) => this.markAll(value));
    const { asSelection, reads } = rewritesOf(op);
    const selected = asSelection?.(inputs, attrs);
    if (selected) return this.connectSelection(inputs[0]!, output, selected);
    const ties = tiesOf(node) ?? [];
    for (const { input, start } of ties) this.tie(input, output, (channel) => start + channel);
    if (isChannelwise(node)) inputs.filter((input) => channelsOf(input) === 1).forEach((input) => this.markAll(input));
    else if (reads) return this.connectLayer(node, ties, reads(inputs, attrs));
    else if (op === concat) return this.connectParts(ties);
    return (channels) => ties.forEach(({ input }) => this.mark(input, channels));
  }

  private connectLayer(
    { inputs: [x] }: Node,
    ties: readonly Tie[],
    reads: (output: number) => readonly number[],
  ): Mark {
    if (!x!.data) this.layerInputs.push(x!);
    return (channels) => {
      for (const { input } of ties) this.mark(input, channels);
      for (const channel of channels) {
        if (this.isWhole(x!)) return; // so that a dense layer's weights are looked at for few outputs
        this.mark(x!, reads(channel));
      }
    };
  }

  private connectParts(ties: readonly Tie[]): Mark {
    return (channels) => {
      const own = ties.map((): number[] => []);
      for (const channel of channels) {
        const part = partWith(ties, channel);
        own[part]!.push(channel - ties[part]!.start);
      }
      ties.forEach(({ input }, part) => this.mark(input, own[part]!));
    };
  }

  /**
   * Another order of all channels is tied to them: so the order stays one that may be folded. A selection of some is
   * not.
   */
  private connectSelection(x: Value, output: Value, selected: readonly number[]): Mark {
    if (isPermutation(selected, channelsOf(x))) {
      const places = invert(selected);
      this.tie(x, output, (channel) => places[channel]!);
    }
    const sources = (channels: readonly number[]) => channels.map((channel) => selected[channel]!);
    return (channels) => this.mark(x, sources(channels));
  }

  /** Keeps the channel `channelOf(c)` of an output from now on if channel c of the input is read. */
  private tie(input: Value, output: Value, channelOf: (channel: number) => number): void {
    if (input.data) return;
    const mark: Mark = (channels) => this.mark(output, channels.map(channelOf));
    const marks = this.markTied.get(input);
    if (marks) marks.push(mark);
    else this.markTied.set(input, [mark]);
    mark(this.of(input));
  }

  private markAll(value: Value): void {
    this.mark(value, allChannels(value));
  }

  private mark(value: Value, channels: readonly number[]): void {
    if (value.data || !channels.length) return;
    const marks = this.marks.get(value) ?? new Uint8Array(channelsOf(value));
    this.marks.set(value, marks);
    const added = channels.filter((channel) => !marks[channel] && (marks[channel] = 1));
    if (!added.length) return;
    this.unread.set(value, (this.unread.get(value) ?? channelsOf(value)) - added.length);
    const pending = this.pending.get(value);
    if (pending) return added.forEach((channel) => pending.push(channel));
    this.pending.set(value, added);
    this.queue.push(value); // which `followPending` reaches, as it goes through the queue until its end
  }
}

/** Which of the parts of a concatenation has a channel. */
const partWith = (ties: readonly Tie[], channel: number): number => {
  let [low, high] = [0, ties.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (ties[middle]!.start <= channel) low = middle;
    else high = middle - 1;
  }
  return low;
};

/** Whether a node needs every channel of its inputs and makes every channel of its output. */
const needsAll = (node: Node): boolean => !rewritesOf(node.op).asSelection?.(node.inputs, node.attrs) && !tiesOf(node);

const allChannels = (value: Value): number[] => range(channelsOf(value));
