// The meaning of a TensorFlow Lite file's tables (schema.fbs), and the checks that bytes are such a file.

import { FormatError } from '../../errors.js';
import { describeBytes } from '../../file-kinds.js';
import { fault, Table } from './flatbuffer.js';
import type { Quantization, SparseLevel, Sparsity, TfliteModel, TfliteNode, TfliteTensor } from './model.js';
import { CUSTOM, operatorName } from './operators.js';

/** What the first bytes of a TensorFlow Lite file say. */
const IDENTIFIER = 'TFL3';

const MODEL = { version: 0, operators: 1, graphs: 2, description: 3, buffers: 4, metadata: 6 };
const OPERATOR_CODE = { byte: 0, name: 1, code: 3 };
const GRAPH = { tensors: 0, inputs: 1, outputs: 2, nodes: 3 };
const TENSOR = { shape: 0, type: 1, buffer: 2, name: 3, quantization: 4, isVariable: 5, sparsity: 6, signature: 7 };
const QUANTIZATION = { scales: 2, zeros: 3, detailsType: 4, axis: 6 };
const SPARSITY = { order: 0, blocks: 1, levels: 2 };
const LEVEL = { format: 0, size: 1, segmentsType: 2, segments: 3, indicesType: 4, indices: 5 };
const NODE = { operator: 0, inputs: 1, outputs: 2, options: 4, custom: 5 };
const BUFFER = { data: 0, offset: 1, size: 2 };
const METADATA = { name: 0, buffer: 1 };

const at = <T>(list: readonly T[], index: number, what: string): T =>
  list[index] ?? fault(`there is no ${what} ${index}`);

const operatorOf = (table: Table): string => {
  const code = Math.max(table.byte(OPERATOR_CODE.byte), table.int(OPERATOR_CODE.code));
  return code === CUSTOM ? table.text(OPERATOR_CODE.name) || 'CUSTOM' : operatorName(code);
};

/** The bytes of a buffer, which follow the tables where the file is larger than 2 GiB. */
const bytesOf = (table: Table): Uint8Array => {
  const [start, size] = [table.long(BUFFER.offset), table.long(BUFFER.size)];
  if (start <= 1) return table.bytes(BUFFER.data);
  if (start + size > table.file.length) fault(`a buffer of ${size} bytes from byte ${start} on is not in the file`);
  return table.file.subarray(start, start + size);
};

const quantizationOf = (table: Table | undefined): Quantization | undefined => {
  const scales = table?.floats(QUANTIZATION.scales) ?? [];
  if (!table || scales.length === 0) return undefined;
  return { scales, zeros: table.longs(QUANTIZATION.zeros), axis: table.int(QUANTIZATION.axis) };
};

/** Numbers in a union of vectors of 32, 16 or 8 bits. */
const numbersOf = (type: number, table: Table | undefined): readonly number[] => {
  if (!table) return [];
  return type === 1 ? table.ints(0) : type === 2 ? table.shorts(0) : Array.from(table.bytes(0));
};

const levelOf = (table: Table): SparseLevel => {
  if (table.byte(LEVEL.format) === 0) return { size: table.int(LEVEL.size) };
  return {
    segments: numbersOf(table.byte(LEVEL.segmentsType), table.table(LEVEL.segments)),
    indices: numbersOf(table.byte(LEVEL.indicesType), table.table(LEVEL.indices)),
  };
};

const sparsityOf = (table: Table): Sparsity => ({
  order: table.ints(SPARSITY.order),
  blocks: table.ints(SPARSITY.blocks),
  levels: table.tables(SPARSITY.levels).map(levelOf),
});

const tensorOf = (table: Table, name: string, buffers: readonly Uint8Array[]): TfliteTensor => {
  const bytes = at(buffers, table.int(TENSOR.buffer), 'buffer');
  const [signature, shape] = [table.ints(TENSOR.signature), table.ints(TENSOR.shape)];
  const [details, sparsity] = [table.table(TENSOR.quantization), table.table(TENSOR.sparsity)];
  const quantization = quantizationOf(details);
  return {
    name,
    type: table.byte(TENSOR.type),
    shape,
    isVariable: table.flag(TENSOR.isVariable),
    ...(signature.length === shape.length && signature.includes(-1) && { signature }),
    ...((bytes.length > 0 || shape.includes(0)) && { bytes }),
    ...(quantization && { quantization }),
    ...(details?.byte(QUANTIZATION.detailsType) && { fault: 'its kind of quantization is not supported' }),
    ...(sparsity && { sparsity: sparsityOf(sparsity) }),
  };
};

/** The names of tensors, made different where they are missing or repeat. */
const namesOf = (tables: readonly Table[]): string[] => {
  const seen = new Set<string>();
  return tables.map((table, index) => {
    const own = table.text(TENSOR.name);
    let name = own || `tensor#${index}`;
    while (seen.has(name)) name += `#${index}`;
    seen.add(name);
    return name;
  });
};

const nodeOf = (table: Table, operators: readonly string[], tensors: readonly TfliteTensor[]): TfliteNode => {
  const find = (index: number) => at(tensors, index, 'tensor');
  const from = table.ints(NODE.inputs).map((index) => (index === -1 ? undefined : find(index)));
  const to = table.ints(NODE.outputs).map(find);
  return {
    name: to[0]?.name ?? '',
    opType: at(operators, table.int(NODE.operator), 'operator'),
    inputs: from.map((tensor) => tensor?.name ?? ''),
    outputs: to.map(({ name }) => name),
    from,
    to,
    options: table.table(NODE.options),
    custom: table.bytes(NODE.custom),
  };
};

const modelOf = (table: Table): TfliteModel => {
  const version = table.int(MODEL.version);
  if (version !== 3) throw new FormatError(`the TensorFlow Lite model has schema version ${version}; 3 is supported`);
  const [graph] = table.tables(MODEL.graphs);
  if (!graph) return fault('it has no graph');
  const buffers = table.tables(MODEL.buffers).map(bytesOf);
  const operators = table.tables(MODEL.operators).map(operatorOf);
  const tables = graph.tables(GRAPH.tensors);
  const names = namesOf(tables);
  const tensors = tables.map((tensor, index) => tensorOf(tensor, names[index]!, buffers));
  const outputs = graph.ints(GRAPH.outputs).map((index) => at(tensors, index, 'tensor'));
  if (outputs.length === 0) throw new FormatError('the TensorFlow Lite model cannot be used: its graph has no outputs');
  const metadata = table.tables(MODEL.metadata).find((entry) => entry.text(METADATA.name) === 'TFLITE_METADATA');
  return {
    description: table.text(MODEL.description),
    tensors,
    nodes: graph.tables(GRAPH.nodes).map((node) => nodeOf(node, operators, tensors)),
    inputs: [...new Set(graph.ints(GRAPH.inputs).map((index) => at(tensors, index, 'tensor')))],
    outputs: [...new Set(outputs)],
    ...(metadata && { metadata: at(buffers, metadata.int(METADATA.buffer), 'buffer') }),
  };
};

/**
 * Reads the bytes of a TensorFlow Lite file.
 *
 * @throws {FormatError} if the bytes are not such a model, or refer to something that is not in the file
 */
export const parseTflite = (bytes: Uint8Array): TfliteModel => {
  const root = Table.root(bytes, IDENTIFIER);
  if (root) return modelOf(root);
  const kind = describeBytes(bytes, 'network');
  throw new FormatError(
    `not a TensorFlow Lite model${kind ? ` but ${kind}` : `: bytes 4 to 7 are not "${IDENTIFIER}"`}`,
  );
};
