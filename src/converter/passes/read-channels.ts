// Which channels of each value anything reads, from the outputs of the network back to its inputs.

import { makersOf, type Graph, type Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import { concat } from '../../ops/concat.js';
import { channelsOf, followedInputs, isChannelwise } from './channelwise.js';
import { invert, isPermutation } from '../../ops/shared/permutation.js';

/** Channels of an input that stay or go with the output's channels from `start` on. */
export type Tie = { input: Value; start: number };

/** The inputs that a node treats channel by channel; undefined if it needs all of everything. Selections have none. */
export const tiesOf = (node: Node): Tie[] | undefined => {
  const { op, inputs } = node;
  if (isChannelwise(node)) return followedInputs(node).map((input) => ({ input, start: 0 }));
  if (op.reads)
    return inputs
      .slice(1)
      .filter(({ data }) => !data)
      .map((input) => ({ input, start: 0 }));
  if (op !== concat) return undefined;
  let start = 0;
  return inputs.map((input) => ({ input, start: (start += channelsOf(input)) - channelsOf(input) }));
};

/** Of channels of a node's output those of a tied input, as the input counts them. */
export const channelsOfTie = ({ input, start }: Tie, channels: readonly number[]): number[] =>
  channels
    .filter((channel) => channel >= start && channel < start + channelsOf(input))
    .map((channel) => channel - start);

/** Marks what channels that have just been found to be read make read in turn. */
type Spread = (channels: readonly number[]) => void;

/**
 * The channels that are read, found by going back and forth until nothing changes. Every channel of a value is followed once,
 * and of nodes once what is the same for all channels, so that the work grows with channels and weights alone.
 */
export class ReadChannels {
  /** The values that the network returns; they keep every channel, as do its inputs. */
  readonly outputs: ReadonlySet<Value>;
  /** For each channel of a value whether it is read. */
  private readonly marks = new Map<Value, Uint8Array>();
  /** Channels that are read and not followed yet; a value comes again, at the end, with what is new. */
  private readonly open = new Map<Value, number[]>();
  private readonly makers: ReadonlyMap<Value, Node>;
  /** From outputs of which something is read to what makes them. */
  private readonly back = new Map<Value, Spread>();
  /** From inputs to outputs of which something is read. */
  private readonly forth = new Map<Value, Spread[]>();
  /** The first inputs of layers that make something; a layer without inputs cannot be. */
  private readonly needed: Value[] = [];

  constructor(graph: Graph) {
    this.makers = makersOf(graph);
    this.outputs = new Set(graph.outputs.map(({ value }) => value));
    for (const value of [...graph.inputs, ...this.outputs]) this.markAll(value);
    for (const node of graph.nodes)
      if (needsAll(node)) [node.output, ...node.inputs].forEach((value) => this.markAll(value));
    this.followOpen();
    for (const value of this.needed) {
      if (!this.marks.has(value)) this.mark(value, [0]);
      this.followOpen();
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

  private followOpen(): void {
    for (const [value, channels] of this.open) {
      this.open.delete(value);
      const maker = this.makers.get(value);
      if (maker && !this.back.has(value)) this.back.set(value, this.link(maker));
      this.back.get(value)?.(channels);
      for (const spread of this.forth.get(value) ?? []) spread(channels);
    }
  }

  /** Lets the output of a node follow its inputs from now on. @returns what follows the output */
  private link(node: Node): Spread {
    const { op, attrs, inputs, output } = node;
    const selected = op.selects?.(attrs, inputs);
    if (selected) return this.linkSelection(inputs[0]!, output, selected);
    const ties = tiesOf(node) ?? [];
    for (const { input, start } of ties)
      this.linkForth(input, (channels) =>
        this.mark(
          output,
          channels.map((channel) => start + channel),
        ),
      );
    if (isChannelwise(node)) inputs.filter((input) => channelsOf(input) === 1).forEach((input) => this.markAll(input));
    else if (op.reads) return this.linkLayer(node, ties, op.reads(attrs, inputs));
    else if (op === concat) return this.linkParts(ties);
    return (channels) => ties.forEach(({ input }) => this.mark(input, channels));
  }

  private linkLayer({ inputs: [x] }: Node, ties: readonly Tie[], reads: (output: number) => readonly number[]): Spread {
    if (!x!.data) this.needed.push(x!);
    return (channels) => {
      for (const { input } of ties) this.mark(input, channels);
      for (const channel of channels) this.mark(x!, reads(channel));
    };
  }

  private linkParts(ties: readonly Tie[]): Spread {
    const tieOf = ties.flatMap((tie) => new Array<Tie>(channelsOf(tie.input)).fill(tie)); // for each channel of the output
    return (channels) =>
      channels.forEach((channel) => this.mark(tieOf[channel]!.input, [channel - tieOf[channel]!.start]));
  }

  /** Another order of all channels keeps those that its source keeps: an order is free, a selection of some is not. */
  private linkSelection(x: Value, output: Value, selected: readonly number[]): Spread {
    if (isPermutation(selected, channelsOf(x))) {
      const places = invert(selected);
      this.linkForth(x, (channels) =>
        this.mark(
          output,
          channels.map((channel) => places[channel]!),
        ),
      );
    }
    return (channels) =>
      this.mark(
        x,
        channels.map((channel) => selected[channel]!),
      );
  }

  private linkForth(input: Value, spread: Spread): void {
    if (input.data) return;
    this.forth.set(input, this.forth.get(input) ?? []);
    this.forth.get(input)!.push(spread);
    spread(this.of(input));
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
    const open = this.open.get(value);
    if (open) for (const channel of added) open.push(channel);
    else this.open.set(value, added);
  }
}

/** Whether a node needs every channel of its inputs and makes every channel of its output. */
const needsAll = (node: Node): boolean => !node.op.selects?.(node.attrs, node.inputs) && !tiesOf(node);

const allChannels = (value: Value): number[] => Array.from({ length: channelsOf(value) }, (_, channel) => channel);
