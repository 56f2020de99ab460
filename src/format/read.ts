// Reads a model file and checks it completely: the network that it returns needs no further checks.

import { inOtherShapes } from '../ir/with-shapes.js';
import { FormatError } from '../errors.js';
import { hasInt8, type Graph, type Node, type Output } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import type { AnyOp } from '../ir/op.js';
import { opsByCode } from '../ops/index.js';
import { DATA_TYPES, sameShape, showShape, sizeOf } from '../ir/tensor.js';
import { channelCost, readAttrs } from './attributes.js';
import { ByteReader } from './bytes.js';
import { checksum, type SumStripes } from './checksum.js';
import { FLAGS, HEADER, INT8_VERSION, LIMITS, MAGIC, OPEN_SIZES_VERSION, SECTIONS, VERSION } from './layout.js';
import { readMetadata, type Metadata } from './metadata.js';
import { readOpenSizes } from './open-sizes.js';
import { checkZeros, readConstants, readOuterType, readShape } from './read-constants.js';
import type { WeightType } from './storage.js';
import { describeBytes } from '../file-kinds.js';

/** What a model file holds. */
export type ModelFile = {
  graph: Graph;
  metadata: Metadata;
  /** Recorded inputs and expected outputs, in the order of the graph. */
  testVector?: { inputs: Float32Array[]; outputs: Float32Array[] };
};

/** What was read of a model file. */
export type StoredModel = ModelFile & {
  /** How its weights are stored, except small ones. */
  weights: WeightType;
};

type Section = { offset: number; bytes: Uint8Array };
type Sections = Record<(typeof SECTIONS)[number], Section> & { version: number };

/** A node has an op that the reader was not given. */
export class UnknownOpError extends FormatError {}

/**
 * Reads a model file whose ops are those of every download and `more`; `openModel` loads what a file needs. Constants stored
 * as f32 are views of `bytes` where its alignment allows.
 *
 * @throws {FormatError} if the bytes are something else, damaged, of a newer version or inconsistent
 * @throws {UnknownOpError} if a node has another op
 */
export const readModel = (bytes: Uint8Array, more: readonly AnyOp[] = []): StoredModel => beginModel(bytes)(more);

/** Reads a model file up to its nodes; the function that it returns reads the rest with more ops, and may be called again. */
export const beginModel = (bytes: Uint8Array, sumStripes?: SumStripes): ((more: readonly AnyOp[]) => StoredModel) => {
  const sections = readHeader(bytes, sumStripes);
  const metadata = readMetadata(readerOf(sections.metadata), sections.metadata.bytes.length);
  const reader = readerOf(sections.graph);
  const head = readHead(reader, sections);
  const { at } = reader;
  return (more) => {
    reader.at = at;
    const graph = readGraph(reader, head, more);
    const testVector = readTestVector(sections['test vector'], graph);
    return { graph, metadata, weights: head.weights, ...(testVector && { testVector }) };
  };
};

const readerOf = ({ bytes, offset }: Section): ByteReader => new ByteReader(bytes, offset);

const readHeader = (bytes: Uint8Array, sumStripes?: SumStripes): Sections => {
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) {
    const kind =
      describeBytes(bytes, 'network') ??
      (bytes.length < MAGIC.length ? `only ${bytes.length} bytes` : 'something else');
    throw new FormatError(`not a groupwise model but ${kind}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER.end) throw new FormatError(`truncated: only ${bytes.length} bytes`, bytes.length);
  const version = view.getUint32(HEADER.version, true);
  if (version > VERSION) {
    throw new FormatError(
      `version ${version} of the model file; this groupwise reads up to ${VERSION}: update it`,
      HEADER.version,
    );
  }
  if (version < 1) throw new FormatError('version 0 of the model file does not exist', HEADER.version);
  const length = view.getUint32(HEADER.length, true);
  if (length > bytes.length)
    throw new FormatError(`truncated: ${bytes.length} of ${length} bytes; copy or download it again`, bytes.length);
  if (length < bytes.length) throw new FormatError(`unexpected trailing bytes: ${bytes.length - length}`, length);
  const sum = checksum(bytes.subarray(HEADER.length), sumStripes);
  if (sum !== view.getUint32(HEADER.checksum, true))
    throw new FormatError(
      'damaged: the checksum does not match; copy or download it again, as a binary file',
      HEADER.checksum,
    );
  return { version, ...readSections(bytes, view) };
};

const readSections = (bytes: Uint8Array, view: DataView): Omit<Sections, 'version'> => {
  let end: number = HEADER.end;
  const sections = SECTIONS.map((name, index): [string, Section] => {
    const field = HEADER.sections + index * 8;
    const offset = view.getUint32(field, true),
      length = view.getUint32(field + 4, true);
    const start = name === 'weights' || name === 'test vector' ? Math.ceil(end / 64) * 64 : end;
    if (offset !== start || length > bytes.length - offset)
      throw new FormatError(`section ${name} is out of place`, field);
    checkZeros(bytes, end, offset);
    end = offset + length;
    return [name, { offset, bytes: bytes.subarray(offset, end) }];
  });
  if (end !== bytes.length) throw new FormatError('unexpected bytes after the last section', end);
  checkZeros(bytes, HEADER.sections + SECTIONS.length * 8, HEADER.end);
  return Object.fromEntries(sections) as Omit<Sections, 'version'>;
};

/** What the graph has before its nodes. */
type Head = {
  hasBatch: boolean;
  hasOpenSizes: boolean;
  inputs: Value[];
  constants: Value[];
  weights: WeightType;
  /** The version that the file says it has, and the one that what was read of it needs. */
  version: { said: number; needed: number };
};

const readHead = (reader: ByteReader, { weights, version }: Sections): Head => {
  const flags = reader.byte();
  if (flags & ~(FLAGS.batch | FLAGS.openSizes)) reader.fail(`unknown flags ${flags}`);
  const [hasBatch, hasOpenSizes] = [flags & FLAGS.batch, flags & FLAGS.openSizes].map(Boolean) as [boolean, boolean];
  const inputs = reader.list(LIMITS.inputs, (): Value => ({
    name: reader.string(),
    type: readOuterType(reader, 'an input'),
    shape: readShape(reader),
  }));
  if (hasBatch && inputs.some(({ shape }) => shape[0] !== 1))
    reader.fail('the first size of an input is not 1, although the network has a batch');
  const { needed, ...stored } = readConstants(reader, weights, hasOpenSizes ? OPEN_SIZES_VERSION : 1);
  // files before int8 values are checked before what their nodes need is loaded
  if (version < INT8_VERSION) checkVersion(version, needed);
  return { hasBatch, hasOpenSizes, inputs, ...stored, version: { said: version, needed } };
};

/** Checks the version, which the checksum does not cover. */
const checkVersion = (version: number, needed: number): void => {
  if (version !== needed)
    throw new FormatError(`damaged: version ${version} of the format, where ${needed} is needed`, HEADER.version);
};

const readGraph = (reader: ByteReader, head: Head, more: readonly AnyOp[]): Graph => {
  const { hasBatch, hasOpenSizes, inputs, constants, version } = head;
  const values = [...inputs, ...constants];
  let [channels, read] = [0, 0];
  const nodes = reader.list(LIMITS.values, () => {
    const node = readNode(reader, values, more);
    channels += channelCost(node);
    read += node.inputs.length;
    if (read > LIMITS.allInputs) reader.fail(`the nodes have more than ${LIMITS.allInputs} inputs in all`);
    if (channels > LIMITS.allChannels)
      reader.fail(`the convolutions have more than ${LIMITS.allChannels} channels in all`);
    values.push(node.output);
    if (values.length > LIMITS.values) reader.fail(`the network has more than ${LIMITS.values} values`);
    return node;
  });
  const outputs = reader.list(LIMITS.inputs, (): Output => {
    const name = reader.string();
    const value = values[reader.varint()] ?? reader.fail(`output "${name}" does not exist`);
    if (value.type === 'int8') reader.fail(`output "${name}" is int8, which only values between layers are`);
    return { name, value };
  });
  checkVersion(version.said, Math.max(version.needed, hasInt8(nodes) ? INT8_VERSION : 1));
  if (!outputs.length) reader.fail('the network has no output');
  checkNames(
    reader,
    inputs.map(({ name }) => name),
  );
  checkNames(
    reader,
    outputs.map(({ name }) => name),
  );
  const openSizes = hasOpenSizes && readOpenSizes(reader, { inputs, nodes }, values);
  reader.end();
  const graph = { inputs, nodes, outputs, dynamicBatch: hasBatch, ...(openSizes && { openSizes }) };
  if (hasBatch || hasOpenSizes) checkOtherShapes(reader, graph);
  return graph;
};

const checkOtherShapes = (reader: ByteReader, graph: Graph): void => {
  try {
    inOtherShapes(graph).next();
  } catch (error) {
    const open = graph.openSizes ? 'inputs of other sizes' : 'a batch of 2';
    reader.fail(`the network cannot run ${open}: ${(error as Error).message}`);
  }
};

const checkNames = (reader: ByteReader, names: readonly string[]): void => {
  if (new Set(names).size !== names.length) reader.fail('two inputs or outputs have the same name');
};

const readNode = (reader: ByteReader, values: readonly Value[], more: readonly AnyOp[]): Node => {
  const code = reader.byte();
  const op = opsByCode.get(code) ?? more.find((other) => other.code === code);
  if (!op) return reader.fail(`operator ${code} is not known to this version`, UnknownOpError);
  const name = reader.string();
  const inputs = reader.list(
    LIMITS.inputs,
    () => values[reader.varint()] ?? reader.fail(`${name} reads a later value`),
  );
  if (inputs.length < op.arity[0] || inputs.length > op.arity[1])
    reader.fail(`${name} (${op.name}) has ${inputs.length} inputs`);
  const attrs = readAttrs(reader, op.attrs);
  const type = reader.word(DATA_TYPES);
  const shape = readShape(reader);
  try {
    const expected = op.shape(inputs, attrs);
    if (!sameShape(expected, shape))
      reader.fail(`${name} produces ${showShape(expected)}; the file says ${showShape(shape)}`);
    if (op.type(inputs, attrs) !== type) reader.fail(`${name} does not produce ${type}`);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    reader.fail(`${name} (${op.name}): ${(error as Error).message}`);
  }
  return { name, op, attrs, inputs, output: { name, type, shape } };
};

const readTestVector = ({ bytes, offset }: Section, graph: Graph): ModelFile['testVector'] => {
  if (!bytes.length) return undefined;
  let at = 0;
  const take = (value: Value): Float32Array => {
    const end = at + sizeOf(value.shape) * 4;
    if (value.type !== 'float32' || end > bytes.length)
      throw new FormatError(`the test vector has no numbers for "${value.name}"`, offset + at);
    const data = bytes.slice(at, end);
    at = end;
    return new Float32Array(data.buffer);
  };
  const testVector = { inputs: graph.inputs.map(take), outputs: graph.outputs.map(({ value }) => take(value)) };
  if (at !== bytes.length) throw new FormatError('the test vector has more numbers than the network', offset + at);
  return testVector;
};
