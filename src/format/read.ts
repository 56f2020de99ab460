// Reads a model file and checks it completely: the network that it returns needs no further checks.

import { inOtherShapes } from '../ir/with-shapes.js';
import { FormatError } from '../errors.js';
import type { Graph, Node, Output } from '../ir/graph.js';
import type { ConstantData, Value } from '../ir/value.js';
import type { AnyOp } from '../ir/op.js';
import { opsByCode } from '../ops/index.js';
import { DATA_TYPES, sameShape, showShape, sizeOf } from '../ir/tensor.js';
import { channelCost, readAttrs } from './attributes.js';
import { ByteReader } from './bytes.js';
import { checksum, type SumStripes } from './checksum.js';
import { fromHalves } from './half.js';
import {
  FLAGS,
  HEADER,
  LIMITS,
  MAGIC,
  OPEN_SIZES_VERSION,
  SECTIONS,
  STORAGE_BYTES,
  STORAGE_VERSIONS,
  STORAGES,
  VERSION,
  type Storage,
} from './layout.js';
import { readMetadata, type Metadata } from './metadata.js';
import { readOpenSizes } from './open-sizes.js';
import { countScales, dequantised, MAX_SCALE, type Matrix } from './scaled.js';
import { describeBytes } from '../file-kinds.js';

/** What a model file holds. */
export type ModelFile = {
  graph: Graph;
  metadata: Metadata;
  /** Recorded inputs and expected outputs, in the order of the graph. */
  testVector?: { inputs: Float32Array[]; outputs: Float32Array[] };
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
export const readModel = (bytes: Uint8Array, more: readonly AnyOp[] = []): ModelFile => beginModel(bytes)(more);

/** Reads a model file up to its nodes; the function that it returns reads the rest with more ops, and may be called again. */
export const beginModel = (bytes: Uint8Array, sumStripes?: SumStripes): ((more: readonly AnyOp[]) => ModelFile) => {
  const sections = readHeader(bytes, sumStripes);
  const metadata = readMetadata(readerOf(sections.metadata), sections.metadata.bytes.length);
  const reader = readerOf(sections.graph);
  const head = readHead(reader, sections);
  const { at } = reader;
  return (more) => {
    reader.at = at;
    const graph = readGraph(reader, head, more);
    const testVector = readTestVector(sections['test vector'], graph);
    return { graph, metadata, ...(testVector && { testVector }) };
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

const checkZeros = (bytes: Uint8Array, from: number, to: number): void => {
  for (let at = from; at < to; at++) if (bytes[at]) throw new FormatError('a gap is not zero', at);
};

/** What the graph has before its nodes. */
type Head = { hasBatch: boolean; hasOpenSizes: boolean; inputs: Value[]; constants: Value[] };

const readHead = (reader: ByteReader, { weights, version }: Sections): Head => {
  const flags = reader.byte();
  if (flags & ~(FLAGS.batch | FLAGS.openSizes)) reader.fail(`unknown flags ${flags}`);
  const [hasBatch, hasOpenSizes] = [flags & FLAGS.batch, flags & FLAGS.openSizes].map(Boolean) as [boolean, boolean];
  const inputs = reader.list(LIMITS.inputs, (): Value => ({
    name: reader.string(),
    type: reader.word(DATA_TYPES),
    shape: readShape(reader),
  }));
  if (hasBatch && inputs.some(({ shape }) => shape[0] !== 1))
    reader.fail('the first size of an input is not 1, although the network has a batch');
  const constants = readConstants(reader, weights, version, hasOpenSizes ? OPEN_SIZES_VERSION : 1);
  return { hasBatch, hasOpenSizes, inputs, constants };
};

const readGraph = (reader: ByteReader, head: Head, more: readonly AnyOp[]): Graph => {
  const { hasBatch, hasOpenSizes, inputs, constants } = head;
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
    return { name, value };
  });
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
    inOtherShapes(graph);
  } catch (error) {
    const open = graph.openSizes ? 'inputs of other sizes' : 'a batch of 2';
    reader.fail(`the network cannot run ${open}: ${(error as Error).message}`);
  }
};

const checkNames = (reader: ByteReader, names: readonly string[]): void => {
  if (new Set(names).size !== names.length) reader.fail('two inputs or outputs have the same name');
};

const readShape = (reader: ByteReader): number[] => {
  const shape = reader.list(LIMITS.rank, () => reader.varint(LIMITS.elements));
  if (shape.includes(0) || sizeOf(shape) > LIMITS.elements) reader.fail(`shape ${showShape(shape)} is out of range`);
  return shape;
};

/** The constants; `minVersion` is the version that the rest of the graph needs. */
const readConstants = (
  reader: ByteReader,
  { bytes, offset }: Section,
  version: number,
  minVersion: number,
): Value[] => {
  let [end, needed] = [0, minVersion];
  const constants = reader.list(LIMITS.values, (): Value => {
    const type = reader.word(DATA_TYPES);
    const storage = reader.word(STORAGES);
    needed = Math.max(needed, STORAGE_VERSIONS[storage]);
    const shape = readShape(reader);
    if ((type === 'float32') === (storage === 'i32')) reader.fail(`a ${type} constant cannot be stored as ${storage}`);
    const matrices = storage === 'i8' ? readMatrices(reader, sizeOf(shape)) : [];
    const start = Math.ceil(end / 64) * 64;
    const length = countScales(matrices) * 4 + sizeOf(shape) * STORAGE_BYTES[storage];
    if (start + length > bytes.length) reader.fail('a constant extends past the weights');
    checkZeros(bytes, end, start);
    end = start + length;
    const data = readData(bytes.subarray(start, end), storage, matrices);
    if (!data) return reader.fail(`a scale of the weights is not a number from 0 to ${MAX_SCALE}`);
    if (type === 'bool' && !data.every((element) => element === 0 || element === 1))
      reader.fail('a bool constant contains a value other than 0 and 1');
    return { name: '', type, shape, data };
  });
  // the checksum does not cover the version
  if (version !== needed)
    throw new FormatError(`damaged: version ${version} of the format, where ${needed} is needed`, HEADER.version);
  if (end !== bytes.length) throw new FormatError('the weights are longer than the constants', offset + end);
  return constants;
};

/** The matrices of a constant with `size` elements. */
const readMatrices = (reader: ByteReader, size: number): Matrix[] => {
  let rest = size;
  const matrices = reader.list(LIMITS.list, (): Matrix => {
    const [rows, columns] = [reader.varint(rest), reader.varint(rest)];
    if (!rows || !columns || rows * columns > rest) reader.fail('the matrices do not have the size of their constant');
    rest -= rows * columns;
    return { rows, columns, byColumn: reader.word([false, true]) };
  });
  if (rest) reader.fail('the matrices do not have the size of their constant');
  return matrices;
};

/** Numbers of a constant: a view where the bytes are aligned, otherwise a copy; `undefined` if a scale is invalid. */
const readData = (bytes: Uint8Array, storage: Storage, matrices: readonly Matrix[]): ConstantData | undefined => {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const { buffer, byteOffset, byteLength } = aligned;
  if (storage === 'i8') {
    const scales = new Float32Array(buffer, byteOffset, countScales(matrices));
    return scales.every((scale) => scale >= 0 && scale <= MAX_SCALE) ? dequantised(aligned, matrices) : undefined;
  }
  if (storage === 'f16') return fromHalves(new Uint16Array(buffer, byteOffset, byteLength / 2));
  return storage === 'f32'
    ? new Float32Array(buffer, byteOffset, byteLength / 4)
    : new Int32Array(buffer, byteOffset, byteLength / 4);
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
