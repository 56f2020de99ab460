// Writes a network as an ONNX file, as torch.onnx exports it: NCHW, batch normalisation folded, activations as Relu and Clip.

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { INPUT, weightShape } from '../networks/network.js';

/** Field numbers and enumerations are those of onnx.proto. */
const IR_VERSION = 8;
const OPSET = 17;
const FLOAT = 1;
const INT64 = 7;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

/** @param {import('../networks/network.js').Network} network @returns {Uint8Array} */
export const toOnnx = (network) => {
  const { nodes, tensors } = translate(network);
  return message((model) => {
    int(model, 1, IR_VERSION);
    nested(model, 7, (graph) => {
      for (const node of nodes) nested(graph, 1, node);
      text(graph, 2, 'network');
      for (const tensor of tensors) nested(graph, 5, tensor);
      nested(graph, 11, valueInfo(INPUT, network.shapes[INPUT]));
      nested(graph, 12, valueInfo(network.output, network.shapes[network.output]));
    });
    nested(model, 8, (opset) => int(opset, 2, OPSET));
  }).finish();
};

/** The nodes and constants of the file, as functions that write them. */
const translate = (network) => {
  const nodes = [];
  const tensors = [];
  const emit = (op, inputs, output, attributes = {}) => nodes.push(nodeProto(op, inputs, output, attributes));
  const constant = (name, dims, values) => {
    tensors.push(tensorProto(name, dims, values));
    return name;
  };
  const activated = (node, op, inputs, attributes) => {
    const { activation, output } = node;
    const raw = activation === 'none' ? output : `${output}.raw`;
    emit(op, inputs, raw, attributes);
    if (activation === 'relu') emit('Relu', [raw], output);
    if (activation === 'relu6') emit('Clip', [raw, 'zero', 'six'], output);
  };
  constant('zero', [], Float32Array.of(0));
  constant('six', [], Float32Array.of(6));
  const window = ({ kernel, stride, padding }) => ({
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  });
  const write = {
    conv(node) {
      const { inputs, output, weights, bias, groups } = node;
      const constants = [
        constant(`${output}.weight`, weightShape(node), weights),
        constant(`${output}.bias`, [bias.length], bias),
      ];
      activated(node, 'Conv', [...inputs, ...constants], { ...window(node), group: groups });
    },
    gather({ inputs, output, channels }) {
      const indices = constant(`${output}.channels`, [channels.length], BigInt64Array.from(channels, BigInt));
      emit('Gather', [...inputs, indices], output, { axis: 1 });
    },
    concat: ({ inputs, output }) => emit('Concat', inputs, output, { axis: 1 }),
    add: (node) => activated(node, 'Add', node.inputs),
    'max-pool': (node) => emit('MaxPool', node.inputs, node.output, window(node)),
    average({ inputs, output }) {
      emit('GlobalAveragePool', inputs, `${output}.pooled`);
      emit('Flatten', [`${output}.pooled`], output, { axis: 1 });
    },
    linear({ inputs, output, weights, bias }) {
      const dims = [bias.length, weights.length / bias.length];
      const constants = [constant(`${output}.weight`, dims, weights), constant(`${output}.bias`, [bias.length], bias)];
      emit('Gemm', [...inputs, ...constants], output, { transB: 1 });
    },
  };
  for (const node of network.nodes) write[node.op](node);
  return { nodes, tensors };
};

const nodeProto = (op, inputs, output, attributes) => (node) => {
  for (const input of inputs) text(node, 1, input);
  text(node, 2, output);
  text(node, 3, output);
  text(node, 4, op);
  for (const [name, value] of Object.entries(attributes)) nested(node, 5, attributeProto(name, value));
};

const attributeProto = (name, value) => (attribute) => {
  text(attribute, 1, name);
  if (Array.isArray(value)) for (const element of value) int(attribute, 8, element);
  else int(attribute, 3, value);
  int(attribute, 20, Array.isArray(value) ? ATTRIBUTE_INTS : ATTRIBUTE_INT);
};

const tensorProto = (name, dims, values) => (tensor) => {
  for (const size of dims) int(tensor, 1, size);
  int(tensor, 2, values instanceof Float32Array ? FLOAT : INT64);
  text(tensor, 8, name);
  tensor.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
};

/** A float tensor with a batch of 1. */
const valueInfo = (name, shape) => (info) => {
  text(info, 1, name);
  nested(info, 2, (type) =>
    nested(type, 1, (tensor) => {
      int(tensor, 1, FLOAT);
      nested(tensor, 2, (dims) => {
        for (const size of [1, ...shape]) nested(dims, 1, (dim) => int(dim, 1, size));
      });
    }),
  );
};

const message = (write) => {
  const writer = new BinaryWriter();
  write(writer);
  return writer;
};

const nested = (writer, field, write) => {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
};

const text = (writer, field, value) => writer.tag(field, WireType.LengthDelimited).string(value);

const int = (writer, field, value) => writer.tag(field, WireType.Varint).int64(value);
