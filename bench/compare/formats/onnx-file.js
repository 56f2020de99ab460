// The Protocol Buffers file of an ONNX model. Field numbers and enumerations are those of onnx.proto.

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

const IR_VERSION = 8;
const OPSET = 17;
const FLOAT = 1;

/** Numbers of the types of tensors. */
const TYPES = { Float32Array: FLOAT, Uint8Array: 2, Int8Array: 3, Int32Array: 6, BigInt64Array: 7 };

/**
 * @typedef {number | number[] | string | { float: number }} Attribute  numbers are integers
 * @typedef {{ op: string, inputs: string[], output: string, attributes: Record<string, Attribute> }} OnnxNode
 * @typedef {{ name: string, dims: number[], values: Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array }} OnnxTensor
 * @typedef {{ name: string, dims: number[] }} Value  of 32-bit floats
 */

/** @param {{ nodes: OnnxNode[], tensors: OnnxTensor[], input: Value, outputs: Value[] }} graph @returns {Uint8Array} */
export const writeOnnxFile = ({ nodes, tensors, input, outputs }) => {
  const model = new BinaryWriter();
  int(model, 1, IR_VERSION);
  nested(model, 7, (graph) => {
    for (const node of nodes) nested(graph, 1, (message) => writeNode(message, node));
    text(graph, 2, 'network');
    for (const tensor of tensors) nested(graph, 5, (message) => writeTensor(message, tensor));
    nested(graph, 11, (message) => writeValue(message, input));
    for (const output of outputs) nested(graph, 12, (message) => writeValue(message, output));
  });
  nested(model, 8, (opset) => int(opset, 2, OPSET));
  return model.finish();
};

const writeNode = (message, { op, inputs, output, attributes }) => {
  for (const input of inputs) text(message, 1, input);
  text(message, 2, output);
  text(message, 3, output);
  text(message, 4, op);
  for (const [name, value] of Object.entries(attributes))
    nested(message, 5, (attribute) => writeAttribute(attribute, name, value));
};

/** Number of each type of attribute, and how its value is written. */
const ATTRIBUTES = {
  float: [1, (message, { float }) => message.tag(2, WireType.Bit32).float(float)],
  integer: [2, (message, value) => int(message, 3, value)],
  text: [3, (message, value) => text(message, 4, value)],
  integers: [7, (message, values) => values.forEach((value) => int(message, 8, value))],
};

const kindOf = (value) => {
  if (Array.isArray(value)) return 'integers';
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? 'integer' : 'float';
};

const writeAttribute = (message, name, value) => {
  const [type, write] = ATTRIBUTES[kindOf(value)];
  text(message, 1, name);
  write(message, value);
  int(message, 20, type);
};

const writeTensor = (message, { name, dims, values }) => {
  for (const size of dims) int(message, 1, size);
  int(message, 2, TYPES[values.constructor.name]);
  text(message, 8, name);
  message.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
};

const writeValue = (message, { name, dims }) => {
  text(message, 1, name);
  nested(message, 2, (type) =>
    nested(type, 1, (tensor) => {
      int(tensor, 1, FLOAT);
      nested(tensor, 2, (shape) => {
        for (const size of dims) nested(shape, 1, (dim) => int(dim, 1, size));
      });
    }),
  );
};

const nested = (writer, field, write) => {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
};

const text = (writer, field, value) => writer.tag(field, WireType.LengthDelimited).string(value);

const int = (writer, field, value) => writer.tag(field, WireType.Varint).int64(value);
