// Writes small TensorFlow Lite models, valid and invalid.

import { Builder } from 'flatbuffers';
import { OPERATOR_VERSIONS, OPERATORS } from './operators.js';

/** A tensor of the file; a constant if it has data. */
export type TensorSpec = {
  name?: string;
  shape: readonly number[];
  /** Its `TensorType`: 0 float32 (the default), 1 float16, 2 int32, 3 uint8, 4 int64, 6 bool, 7 int16, 9 int8, 17 int4. */
  type?: number;
  signature?: readonly number[];
  data?: Uint8Array;
  quantization?: { scales: readonly number[]; zeros?: readonly number[]; axis?: number; details?: boolean };
  sparsity?: {
    order: readonly number[];
    blocks: readonly number[];
    levels: readonly ({ size: number } | { segments: readonly number[]; indices: readonly number[] })[];
  };
  isVariable?: boolean;
};

/** An option: an integer, a truth value, an enumeration as `{ byte }`, a float as `{ float }`, or a list of integers. */
export type OptionSpec = number | boolean | { byte: number } | { float: number } | readonly number[];

/** A node; -1 is an input that is left out. */
export type NodeSpec = {
  op: string;
  inputs: readonly number[];
  outputs: readonly number[];
  options?: Record<string, OptionSpec>;
  custom?: Uint8Array;
};

/** A model. */
export type ModelSpec = {
  tensors: readonly TensorSpec[];
  nodes: readonly NodeSpec[];
  inputs: readonly number[];
  outputs: readonly number[];
  version?: number;
  description?: string;
  metadata?: Uint8Array;
};

const vector = (builder: Builder, size: number, list: readonly number[], add: (value: number) => void): number => {
  builder.startVector(size, list.length, size);
  for (const value of [...list].reverse()) add(value);
  return builder.endVector();
};

const ints = (builder: Builder, list: readonly number[]): number =>
  vector(builder, 4, list, (value) => builder.addInt32(value));

const floats = (builder: Builder, list: readonly number[]): number =>
  vector(builder, 4, list, (value) => builder.addFloat32(value));

const longs = (builder: Builder, list: readonly number[]): number =>
  vector(builder, 8, list, (value) => builder.addInt64(BigInt(value)));

const offsets = (builder: Builder, list: readonly number[]): number =>
  vector(builder, 4, list, (value) => builder.addOffset(value));

/** A table whose fields are written by the functions; undefined leaves one out. */
export const table = (builder: Builder, fields: readonly (((field: number) => void) | undefined)[]): number => {
  builder.startObject(fields.length);
  fields.forEach((write, field) => write?.(field));
  return builder.endObject();
};

const offset = (builder: Builder, value: number | undefined) =>
  value === undefined ? undefined : (field: number) => builder.addFieldOffset(field, value, 0);

const int = (builder: Builder, value: number | undefined) =>
  value === undefined ? undefined : (field: number) => builder.addFieldInt32(field, value, 0);

const byte = (builder: Builder, value: number | undefined) =>
  value === undefined ? undefined : (field: number) => builder.addFieldInt8(field, value, 0);

const option = (builder: Builder, value: OptionSpec | undefined) => {
  if (value === undefined) return undefined;
  if (typeof value === 'number') return int(builder, value);
  if (typeof value === 'boolean') return byte(builder, Number(value));
  if ('byte' in value) return byte(builder, value.byte);
  if ('float' in value) return (field: number) => builder.addFieldFloat32(field, value.float, 0);
  return offset(builder, ints(builder, value));
};

const quantization = (builder: Builder, spec: TensorSpec['quantization']): number | undefined => {
  if (!spec) return undefined;
  const [scales, zeros] = [floats(builder, spec.scales), longs(builder, spec.zeros ?? spec.scales.map(() => 0))];
  const details = spec.details ? table(builder, []) : undefined;
  return table(builder, [
    undefined,
    undefined,
    offset(builder, scales),
    offset(builder, zeros),
    byte(builder, spec.details ? 1 : undefined),
    offset(builder, details),
    int(builder, spec.axis),
  ]);
};

type LevelSpec = NonNullable<TensorSpec['sparsity']>['levels'][number];

const level = (builder: Builder, spec: LevelSpec): number => {
  if ('size' in spec) return table(builder, [byte(builder, 0), int(builder, spec.size)]);
  const [segments, indices] = [spec.segments, spec.indices].map((list) => ints(builder, list));
  const [from, at] = [segments, indices].map((list) => table(builder, [offset(builder, list)]));
  return table(builder, [
    byte(builder, 1),
    undefined,
    byte(builder, 1),
    offset(builder, from),
    byte(builder, 1),
    offset(builder, at),
  ]);
};

const sparsity = (builder: Builder, spec: TensorSpec['sparsity']): number | undefined => {
  if (!spec) return undefined;
  const levels = offsets(
    builder,
    spec.levels.map((one) => level(builder, one)),
  );
  const [order, blocks] = [ints(builder, spec.order), ints(builder, spec.blocks)];
  return table(builder, [offset(builder, order), offset(builder, blocks), offset(builder, levels)]);
};

const tensor = (builder: Builder, spec: TensorSpec, buffer: number, fallback: string): number => {
  const name = builder.createString(spec.name ?? fallback);
  const [shape, signature] = [ints(builder, spec.shape), spec.signature && ints(builder, spec.signature)];
  const [scales, places] = [quantization(builder, spec.quantization), sparsity(builder, spec.sparsity)];
  return table(builder, [
    offset(builder, shape),
    byte(builder, spec.type ?? 0),
    int(builder, buffer),
    offset(builder, name),
    offset(builder, scales),
    byte(builder, spec.isVariable ? 1 : undefined),
    offset(builder, places),
    offset(builder, signature),
  ]);
};

const operatorCode = (builder: Builder, op: string): number => {
  const code = OPERATORS[op]?.[0] ?? 32;
  const name = code === 32 && op !== 'CUSTOM' ? builder.createString(op) : undefined;
  return table(builder, [
    byte(builder, Math.min(code, 127)),
    offset(builder, name),
    int(builder, OPERATOR_VERSIONS[op] ?? 1),
    int(builder, code),
  ]);
};

const node = (builder: Builder, spec: NodeSpec, code: number): number => {
  const [, union = 0, ...fields] = OPERATORS[spec.op] ?? [32, 0];
  const unknown = Object.keys(spec.options ?? {}).find((name) => !fields.includes(name));
  if (unknown) throw new Error(`${spec.op} has no option ${unknown}`);
  const options = table(
    builder,
    fields.map((name) => option(builder, spec.options?.[name])),
  );
  const [inputs, outputs] = [ints(builder, spec.inputs), ints(builder, spec.outputs)];
  const custom = spec.custom && builder.createByteVector(spec.custom);
  return table(builder, [
    int(builder, code),
    offset(builder, inputs),
    offset(builder, outputs),
    byte(builder, union),
    union ? offset(builder, options) : undefined,
    offset(builder, custom),
  ]);
};

const bufferOf = (builder: Builder, data: Uint8Array | undefined): number => {
  if (!data) return table(builder, [undefined]);
  builder.startVector(1, data.length, 16);
  for (let at = data.length; at > 0; at--) builder.addInt8(data[at - 1]!);
  const bytes = builder.endVector();
  return table(builder, [offset(builder, bytes)]);
};

/** The bytes of a model. */
export const writeTflite = (spec: ModelSpec): Uint8Array => {
  const builder = new Builder(1024);
  const codes = [...new Set(spec.nodes.map(({ op }) => op))];
  const stored = [undefined, ...spec.tensors.map(({ data }) => data), spec.metadata];
  const buffers = offsets(
    builder,
    stored.map((data) => bufferOf(builder, data)),
  );
  const operators = offsets(
    builder,
    codes.map((op) => operatorCode(builder, op)),
  );
  const tensors = offsets(
    builder,
    spec.tensors.map((one, index) => tensor(builder, one, one.data ? index + 1 : 0, `t${index}`)),
  );
  const nodes = offsets(
    builder,
    spec.nodes.map((one) => node(builder, one, codes.indexOf(one.op))),
  );
  const [inputs, outputs] = [ints(builder, spec.inputs), ints(builder, spec.outputs)];
  const graph = table(
    builder,
    [tensors, inputs, outputs, nodes].map((value) => offset(builder, value)),
  );
  const graphs = offsets(builder, [graph]);
  const description = builder.createString(spec.description ?? 'test');
  const name = builder.createString('TFLITE_METADATA');
  const entry = table(builder, [offset(builder, name), int(builder, stored.length - 1)]);
  const metadata = spec.metadata && offsets(builder, [entry]);
  const model = table(builder, [
    int(builder, spec.version ?? 3),
    offset(builder, operators),
    offset(builder, graphs),
    offset(builder, description),
    offset(builder, buffers),
    undefined,
    offset(builder, metadata),
  ]);
  builder.finish(model, 'TFL3');
  return builder.asUint8Array().slice();
};

/** The bytes of numbers as one type. */
export const bytesOf = (
  Type: new (values: number[]) => Float32Array | Int32Array | Int8Array | Uint8Array | Int16Array | Uint16Array,
  values: readonly number[],
): Uint8Array => {
  const data = new Type([...values]);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
};
