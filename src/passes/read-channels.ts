// Which channels of each value anything reads, from the outputs of the network back to its inputs.

import { makersOf, readersOf, type Graph, type Node, type Value } from '../graph.js';
import { concat } from '../ops/concat.js';
import { invert, isPermutation } from '../ops/selection.js';
import { channelsOf, followedInputs, isChannelwise } from './channelwise.js';

/** Channels of an input that stay or go with the output's channels from `start` on. */
export type Tie = { input: Value; start: number };

/** The inputs that a node treats channel by channel; undefined if it needs all of everything. Selections have none. */
export const tiesOf = (node: Node): Tie[] | undefined => {
  const { op, inputs } = node;
  if (isChannelwise(node)) return followedInputs(node).map((input) => ({ input, start: 0 }));
  if (op.reads) return inputs.slice(1).filter(({ data }) => !data).map((input) => ({ input, start: 0 }));
  if (op !== concat) return undefined;
  let start = 0;
  return inputs.map((input) => ({ input, start: (start += channelsOf(input)) - channelsOf(input) }));
};

/** Of channels of a node's output those of a tied input, as the input counts them. */
export const channelsOfTie = ({ input, start }: Tie, channels: readonly number[]): number[] =>
  channels.filter((channel) => channel >= start && channel < start + channelsOf(input)).map((channel) => channel - start);

/** The channels that are read. Found by going back and forth until nothing changes. */
export class ReadChannels {
  /** The values that the network returns; they keep every channel, as do its inputs. */
  readonly outputs: ReadonlySet<Value>;
  /** For each channel of a value whether it is read. */
  private readonly marks = new Map<Value, Uint8Array>();
  private readonly makers: ReadonlyMap<Value, Node>;
  private readonly readers: ReadonlyMap<Value, readonly Node[]>;
  /** Nodes to look at; a node comes again, at the end, when a value that it touches has changed. */
  private readonly open: Set<Node>;

  constructor(graph: Graph) {
    this.makers = makersOf(graph);
    this.readers = readersOf(graph);
    this.open = new Set([...graph.nodes].reverse());
    this.outputs = new Set(graph.outputs.map(({ value }) => value));
    for (const value of [...graph.inputs, ...this.outputs]) this.markAll(value);
    for (const node of this.open) {
      this.open.delete(node);
      this.visit(node);
    }
  }

  /** The channels of a value that are read, ascending; all of a constant. */
  of(value: Value): number[] {
    const all = allChannels(value);
    return value.data ? all : all.filter((channel) => this.marks.get(value)?.[channel]);
  }

  /** Whether every channel of a value is read. */
  isWhole(value: Value): boolean {
    return value.data !== undefined || this.of(value).length === channelsOf(value);
  }

  private visit(node: Node): void {
    const { op, attrs, inputs, output } = node;
    const selected = op.selects?.(attrs, inputs);
    const ties = tiesOf(node);
    if (!selected && !ties) return [output, ...inputs].forEach((value) => this.markAll(value));
    const channels = this.of(output);
    if (!channels.length) return;
    if (selected) return this.select(inputs[0]!, output, selected);
    for (const tie of ties!) {
      this.mark(tie.input, channelsOfTie(tie, channels));
      if (!tie.input.data) this.mark(output, this.of(tie.input).map((channel) => tie.start + channel));
    }
    if (isChannelwise(node)) inputs.filter((input) => channelsOf(input) === 1).forEach((input) => this.markAll(input));
    else if (op.reads) this.mark(inputs[0]!, op.reads(attrs, inputs, channels));
  }

  /** Another order of all channels keeps those that its source keeps: an order is free, a selection of some is not. */
  private select(x: Value, output: Value, selected: readonly number[]): void {
    this.mark(x, this.of(output).map((channel) => selected[channel]!));
    if (!isPermutation(selected, channelsOf(x))) return;
    const places = invert(selected);
    this.mark(output, this.of(x).map((channel) => places[channel]!));
  }

  private markAll(value: Value): void {
    this.mark(value, allChannels(value));
  }

  private mark(value: Value, channels: readonly number[]): void {
    if (value.data) return;
    const marks = this.marks.get(value) ?? new Uint8Array(channelsOf(value));
    this.marks.set(value, marks);
    const added = channels.filter((channel) => !marks[channel]);
    if (!added.length) return;
    for (const channel of added) marks[channel] = 1;
    const maker = this.makers.get(value);
    for (const node of [...(maker ? [maker] : []), ...(this.readers.get(value) ?? [])]) this.open.add(node);
  }
}

const allChannels = (value: Value): number[] => Array.from({ length: channelsOf(value) }, (_, channel) => channel);
