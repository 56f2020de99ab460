// Writes small ONNX models, valid and invalid.

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** A tensor of the file: floats, or integers stored as `type` says. */
export type TensorSpec = {
  name?: string;
  dims: number[];
  /** 1 float, 6 int32, 7 int64, 9 bool, 10 float16, 11 double, ... */
  type: number;
  raw?: Uint8Array;
  floats?: number[];
  ints?: number[];
  longs?: (number | bigint)[];
  external?: Record<string, string>;
};

/** An attribute: integers, floats, strings or a tensor. */
export type AttributeSpec =
  number | { float: number } | string | number[] | { floats: number[] } | { texts: string[] } | { tensor: TensorSpec };

/** A node. */
export type NodeSpec = {
  op: string;
  name?: string;
  domain?: string;
  inputs: string[];
  outputs: string[];
  attributes?: Record<string, AttributeSpec>;
};

/** An input, with its shape if the file has one. */
export type InfoSpec = { name: string; type?: number; dims?: (number | string)[] };

/** A model. */
export type ModelSpec = {
  opset?: number;
  nodes: NodeSpec[];
  inputs: InfoSpec[];
  outputs: string[];
  tensors?: TensorSpec[];
  metadata?: Record<string, string>;
};

type Write = (writer: BinaryWriter) => void;

const message = (writer: BinaryWriter, field: number, write: Write): void => {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
};

const text = (writer: BinaryWriter, field: number, value: string): void => {
  writer.tag(field, WireType.LengthDelimited).string(value);
};

const int = (writer: BinaryWriter, field: number, value: number | bigint): void => {
  writer.tag(field, WireType.Varint).int64(value);
};

const entry = (writer: BinaryWriter, field: number, key: string, value: string): void =>
  message(writer, field, (w) => {
    text(w, 1, key);
    text(w, 2, value);
  });

const packed = <T>(
  writer: BinaryWriter,
  field: number,
  values: readonly T[] | undefined,
  write: (w: BinaryWriter, value: T) => void,
): void => {
  if (values) message(writer, field, (w) => values.forEach((value) => write(w, value)));
};

const tensor =
  (spec: TensorSpec): Write =>
  (writer) => {
    for (const size of spec.dims) int(writer, 1, size);
    int(writer, 2, spec.type);
    packed(writer, 4, spec.floats, (w, value) => w.float(value));
    packed(writer, 5, spec.ints, (w, value) => w.int32(value));
    packed(writer, 7, spec.longs, (w, value) => w.int64(value));
    text(writer, 8, spec.name ?? '');
    if (spec.raw) writer.tag(9, WireType.LengthDelimited).bytes(spec.raw);
    for (const [key, value] of Object.entries(spec.external ?? {})) entry(writer, 13, key, value);
    if (spec.external) int(writer, 14, 1);
  };

const attribute =
  (name: string, value: AttributeSpec): Write =>
  (writer) => {
    text(writer, 1, name);
    int(writer, 20, writeValue(writer, value));
  };

/** Writes the value of an attribute. @returns the number of its type */
const writeValue = (writer: BinaryWriter, value: AttributeSpec): number => {
  if (typeof value === 'number') {
    int(writer, 3, value);
    return 2;
  }
  if (typeof value === 'string') {
    text(writer, 4, value);
    return 3;
  }
  if (Array.isArray(value)) {
    for (const element of value) int(writer, 8, element);
    return 7;
  }
  if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    return 1;
  }
  if ('texts' in value) {
    for (const element of value.texts) text(writer, 9, element);
    return 8;
  }
  if ('floats' in value) {
    packed(writer, 7, value.floats, (w, element) => w.float(element));
    return 6;
  }
  message(writer, 5, tensor(value.tensor));
  return 4;
};

const node =
  (spec: NodeSpec): Write =>
  (writer) => {
    for (const input of spec.inputs) text(writer, 1, input);
    for (const output of spec.outputs) text(writer, 2, output);
    text(writer, 3, spec.name ?? '');
    text(writer, 4, spec.op);
    for (const [name, value] of Object.entries(spec.attributes ?? {})) message(writer, 5, attribute(name, value));
    if (spec.domain) text(writer, 7, spec.domain);
  };

const info =
  ({ name, type = 1, dims }: InfoSpec): Write =>
  (writer) => {
    text(writer, 1, name);
    const dimension =
      (size: number | string): Write =>
      (w) =>
        typeof size === 'string' ? text(w, 2, size) : int(w, 1, size);
    const shape: Write = (w) => dims?.forEach((size) => message(w, 1, dimension(size)));
    message(writer, 2, (w) =>
      message(w, 1, (inner) => {
        int(inner, 1, type);
        if (dims) message(inner, 2, shape);
      }),
    );
  };

const graph =
  ({ nodes, inputs, outputs, tensors = [] }: ModelSpec): Write =>
  (writer) => {
    for (const spec of nodes) message(writer, 1, node(spec));
    text(writer, 2, 'test');
    for (const spec of tensors) message(writer, 5, tensor(spec));
    for (const spec of inputs) message(writer, 11, info(spec));
    for (const name of outputs) message(writer, 12, info({ name }));
  };

/** The bytes of an ONNX file. */
export const writeOnnx = (spec: ModelSpec): Uint8Array => {
  const writer = new BinaryWriter();
  int(writer, 1, 8);
  text(writer, 2, 'groupwise tests');
  message(writer, 7, graph(spec));
  message(writer, 8, (w) => int(w, 2, spec.opset ?? 17));
  for (const [key, value] of Object.entries(spec.metadata ?? {})) entry(writer, 14, key, value);
  return writer.finish();
};

/** A constant of floats. */
export const floats = (name: string, dims: number[], values: number[]): TensorSpec => ({
  name,
  dims,
  type: 1,
  floats: values,
});

/** A constant list of 64-bit integers. */
export const longs = (name: string, values: (number | bigint)[], dims = [values.length]): TensorSpec => ({
  name,
  dims,
  type: 7,
  longs: values,
});
