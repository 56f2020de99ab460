// Writes a model file; the same network always produces the same bytes.

import { UnsupportedError } from '../errors.js';
import { hasInt8, type Graph, type Node } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import { DATA_TYPES, joinFloats } from '../ir/tensor.js';
import { channelCost, writeAttrs } from './attributes.js';
import { atOnce } from '../next-task.js';
import { ByteWriter } from './bytes.js';
import { checksum } from './checksum.js';
import {
  FLAGS,
  HEADER,
  INT8_VERSION,
  LIMITS,
  MAGIC,
  OPEN_SIZES_VERSION,
  STORAGES,
  STORAGE_VERSIONS,
} from './layout.js';
import { writeMetadata } from './metadata.js';
import { writeOpenSizes } from './open-sizes.js';
import type { ModelFile } from './read.js';
import type { Matrix } from './scaled.js';
import { encodeConstants, type Encoded, type Stored, type WeightType } from './storage.js';

/**
 * Writes a model file.
 *
 * @param weights how large float constants are stored, of which those with values out of its range stay f32; or the
 *   constants of the graph, encoded
 * @throws {UnsupportedError} if the network is larger than the format's limits
 */
export const writeModel = (
  { graph, metadata, testVector }: ModelFile,
  weights: WeightType | ReadonlyMap<Value, Encoded>,
): Uint8Array<ArrayBuffer> => {
  const stored = [...(typeof weights === 'string' ? atOnce(encodeConstants(graph, weights)) : weights)];
  const data = stored.map(([, { bytes }]) => bytes);
  const numbers = testVector ? [...testVector.inputs, ...testVector.outputs] : [];
  const versions = stored.map(([, { storage }]) => STORAGE_VERSIONS[storage]);
  const version = Math.max(
    graph.openSizes ? OPEN_SIZES_VERSION : 1,
    hasInt8(graph.nodes) ? INT8_VERSION : 1,
    ...versions,
  );
  const test = numbers.length ? [new Uint8Array(joinFloats(numbers).buffer)] : [];
  return assemble(version, [[writeMetadata(metadata)], [writeGraph(graph, stored)], data, test]);
};

const writeGraph = (graph: Graph, constants: readonly (readonly [Value, Stored])[]): Uint8Array => {
  const writer = new ByteWriter();
  const values = [...graph.inputs, ...constants.map(([value]) => value), ...graph.nodes.map(({ output }) => output)];
  if (values.length > LIMITS.values)
    throw new UnsupportedError([`the network has ${values.length} values; the limit is ${LIMITS.values}`]);
  const read = graph.nodes.reduce((sum, { inputs }) => sum + inputs.length, 0);
  if (read > LIMITS.allInputs)
    throw new UnsupportedError([`the layers have ${read} inputs in all; the limit is ${LIMITS.allInputs}`]);
  const channels = graph.nodes.reduce((sum, node) => sum + channelCost(node), 0);
  if (channels > LIMITS.allChannels)
    throw new UnsupportedError([
      `the convolutions have ${channels} channels in all; the limit is ${LIMITS.allChannels}`,
    ]);
  const places = new Map(values.map((value, i) => [value, i]));
  const indexOf = (value: Value): number => {
    const index = places.get(value);
    if (index === undefined) throw new Error(`nothing makes the value ${value.name}`);
    return index;
  };
  writer.byte((graph.dynamicBatch ? FLAGS.batch : 0) | (graph.openSizes ? FLAGS.openSizes : 0));
  writer.list(graph.inputs, ({ name, type, shape }) => {
    writer.string(name).word(DATA_TYPES, type);
    writeShape(writer, shape);
  });
  writer.list(constants, ([{ type, shape }, stored]) => {
    writer.word(DATA_TYPES, type).word(STORAGES, stored.storage);
    writeShape(writer, shape);
    if ('matrices' in stored) writeMatrices(writer, stored.matrices);
  });
  writer.list(graph.nodes, (node) => writeNode(writer, node, indexOf));
  writer.list(graph.outputs, ({ name, value }) => writer.string(name).varint(indexOf(value)));
  if (graph.openSizes) writeOpenSizes(writer, graph.openSizes, graph.nodes, indexOf);
  return writer.done();
};

const writeMatrices = (writer: ByteWriter, matrices: readonly Matrix[]): void =>
  void writer.list(matrices, ({ rows, columns, byColumn }) =>
    writer
      .varint(rows)
      .varint(columns)
      .byte(byColumn ? 1 : 0),
  );

const writeNode = (
  writer: ByteWriter,
  { op, name, inputs, attrs, output }: Node,
  indexOf: (value: Value) => number,
): void => {
  writer.byte(op.code).string(name.slice(0, LIMITS.name / 4));
  writer.list(inputs, (input) => writer.varint(indexOf(input)));
  writeAttrs(writer, op.attrs, attrs);
  writer.word(DATA_TYPES, output.type);
  writeShape(writer, output.shape);
};

const writeShape = (writer: ByteWriter, shape: readonly number[]): void =>
  void writer.list(shape, (size) => writer.varint(size));

/** Header and sections; each constant in the weights begins at a multiple of 64. */
const assemble = (version: number, sections: readonly (readonly Uint8Array[])[]): Uint8Array<ArrayBuffer> => {
  const header = new DataView(new ArrayBuffer(HEADER.end));
  const parts: { offset: number; data: Uint8Array }[] = [];
  let end: number = HEADER.end;
  sections.forEach((section, index) => {
    const align = (at: number) => (index >= 2 ? Math.ceil(at / 64) * 64 : at);
    const start = align(end);
    end = start;
    for (const data of section) {
      end = align(end);
      parts.push({ offset: end, data });
      end += data.length;
    }
    header.setUint32(HEADER.sections + index * 8, start, true);
    header.setUint32(HEADER.sections + index * 8 + 4, end - start, true);
  });
  if (end > LIMITS.file)
    throw new UnsupportedError([`the model file would have ${end} bytes; the limit is ${LIMITS.file}`]);
  header.setUint32(HEADER.version, version, true);
  header.setUint32(HEADER.length, end, true);
  const bytes = new Uint8Array(end);
  bytes.set(new Uint8Array(header.buffer));
  bytes.set(MAGIC);
  for (const { offset, data } of parts) bytes.set(data, offset);
  new DataView(bytes.buffer).setUint32(HEADER.checksum, checksum(bytes.subarray(HEADER.length)), true);
  return bytes;
};
