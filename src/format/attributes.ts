// Attributes of a node as bytes, by the schema of its op.

import type { Node } from '../ir/graph.js';
import type { AttrKind, Attrs, Schema } from '../ir/schema.js';
import type { Block } from '../ir/structure.js';
import type { ByteReader, ByteWriter } from './bytes.js';
import { LIMITS } from './layout.js';
import { channelsOf } from '../ir/value.js';

/** Reads the attributes that `schema` lists. */
export const readAttrs = (reader: ByteReader, schema: Schema): Attrs =>
  Object.fromEntries(Object.entries(schema).map(([name, kind]) => [name, readAttr(reader, kind)]));

/** Writes the attributes that `schema` lists. */
export const writeAttrs = (writer: ByteWriter, schema: Schema, attrs: Attrs): void => {
  for (const [name, kind] of Object.entries(schema)) writeAttr(writer, kind, attrs[name]);
};

/** How much a node counts towards `LIMITS.allChannels`. */
export const channelCost = ({ op, attrs, inputs, output }: Node): number => {
  if (!('blocks' in op.attrs)) return 0;
  const { group, blocks } = attrs as { group: number; blocks: readonly Block[] };
  const channels = [channelsOf(inputs[0]!), channelsOf(output)] as const;
  if (blocks.length)
    return blocks.reduce((sum, block) => sum + block.inputs.length + block.outputs.length + LIMITS.perBlock, 0);
  return channels[0] + channels[1] + (channels.every((count) => count === group) ? 0 : group * LIMITS.perBlock);
};

const readAttr = (reader: ByteReader, kind: AttrKind): unknown => {
  if (typeof kind !== 'string') return reader.word(kind);
  switch (kind) {
    case 'i32':
      return reader.zigzag();
    case 'f32':
      return reader.f32();
    case 'bool':
      return reader.word([false, true]);
    case 'i32s':
    case 'axes':
      return reader.list(LIMITS.list, () => reader.zigzag());
    case 'f32s':
      return reader.list(LIMITS.list, () => reader.f32());
    case 'blocks':
      return readBlocks(reader);
  }
};

const writeAttr = (writer: ByteWriter, kind: AttrKind, value: unknown): void => {
  if (typeof kind !== 'string') return void writer.word(kind, value as string);
  switch (kind) {
    case 'i32':
      return void writer.zigzag(value as number);
    case 'f32':
      return void writer.f32(value as number);
    case 'bool':
      return void writer.byte(value ? 1 : 0);
    case 'i32s':
    case 'axes':
      return void writer.list(value as number[], (item) => writer.zigzag(item));
    case 'f32s':
      return void writer.list(value as number[], (item) => writer.f32(item));
    case 'blocks':
      return writeBlocks(writer, value as Block[]);
  }
};

const readBlocks = (reader: ByteReader): Block[] => {
  let channels = 0;
  return reader.list(LIMITS.list, () => {
    const block = { inputs: readRuns(reader), outputs: readRuns(reader) };
    channels += block.inputs.length + block.outputs.length;
    if (channels > LIMITS.channels) reader.fail(`the blocks name more than ${LIMITS.channels} channels`);
    return block;
  });
};

const readRuns = (reader: ByteReader): number[] => {
  const channels: number[] = [];
  let next = 0;
  for (let runs = reader.count(LIMITS.list); runs > 0; runs--) {
    const start = next + reader.zigzag();
    const length = reader.varint(LIMITS.list - channels.length);
    for (let i = 0; i < length; i++) channels.push(start + i);
    next = start + length;
  }
  return channels;
};

const writeBlocks = (writer: ByteWriter, blocks: readonly Block[]): void =>
  void writer.list(blocks, ({ inputs, outputs }) => {
    writeRuns(writer, inputs);
    writeRuns(writer, outputs);
  });

const writeRuns = (writer: ByteWriter, channels: readonly number[]): void => {
  let end = 0;
  writer.list(runsOf(channels), ([start, length]) => {
    writer.zigzag(start - end).varint(length);
    end = start + length;
  });
};

/** Runs of consecutive numbers as [start, length]. */
const runsOf = (numbers: readonly number[]): [number, number][] => {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run && run[0] + run[1] === number) run[1]++;
    else runs.push([number, 1]);
  }
  return runs;
};
