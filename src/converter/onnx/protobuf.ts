// ModelProto: the meaning of its fields (onnx.proto), and the checks that a message is a model.

import { FormatError, UnsupportedError } from '../../errors.js';
import { describeBytes } from '../../file-kinds.js';
import { cut } from '../reading/cut.js';
import { decodeTensor, type TensorFields } from './elements.js';
import type {
  OnnxAttribute,
  OnnxFunction,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValueInfo,
} from './model.js';
import { readMessage, type Field, type Fields } from './wire.js';

type Entry = { key: string; value: string };
type Shape = { dims: (number | string | undefined)[] };
type Dimension = { size?: number | string };

const ENTRY: Fields<Entry> = {
  1: (entry, field) => (entry.key = field.text()),
  2: (entry, field) => (entry.value = field.text()),
};

const readEntry = (field: Field): Entry => field.message(ENTRY, { key: '', value: '' });

const TENSOR: Fields<TensorFields> = {
  1: (tensor, field) => field.longs(tensor.dims),
  2: (tensor, field) => (tensor.dataType = field.int()),
  4: (tensor, field) => field.floats(tensor.floats),
  5: (tensor, field) => field.ints(tensor.ints),
  7: (tensor, field) => field.ints(tensor.longs),
  8: (tensor, field) => (tensor.name = field.text()),
  9: (tensor, field) => (tensor.raw = field.bytes()),
  10: (tensor, field) => field.doubles(tensor.doubles),
  11: (tensor, field) => field.unsigned(tensor.unsigned),
  13: (tensor, field) => {
    const { key, value } = readEntry(field);
    tensor.external.set(key, value);
  },
  14: (tensor, field) => (tensor.location = field.int()),
};

const emptyTensor = (): TensorFields => ({
  name: '',
  dims: [],
  dataType: 0,
  floats: [],
  ints: [],
  longs: [],
  doubles: [],
  unsigned: [],
  external: new Map(),
  location: 0,
});

const readTensor = (field: Field): OnnxTensor => decodeTensor(field.part(TENSOR, emptyTensor));

/** Type codes by field, since old files leave them out: the field that is there implies them. */
const KINDS = { float: 1, int: 2, text: 3, tensor: 4, graph: 5, floats: 6, ints: 7, texts: 8 };

const ATTRIBUTE: Fields<OnnxAttribute & { implied: number }> = {
  1: (attribute, field) => (attribute.name = field.text()),
  2: (attribute, field) => {
    attribute.float = field.float();
    attribute.implied = KINDS.float;
  },
  3: (attribute, field) => {
    attribute.int = field.int();
    attribute.implied = KINDS.int;
  },
  4: (attribute, field) => {
    attribute.text = field.text();
    attribute.implied = KINDS.text;
  },
  5: (attribute, field) => {
    attribute.tensor = readTensor(field);
    attribute.implied = KINDS.tensor;
  },
  6: (attribute, field) => {
    attribute.graph = field.message(GRAPH, attribute.graph ?? emptyGraph());
    attribute.implied = KINDS.graph;
  },
  7: (attribute, field) => {
    field.floats(attribute.floats);
    attribute.implied = KINDS.floats;
  },
  8: (attribute, field) => {
    field.ints(attribute.ints);
    attribute.implied = KINDS.ints;
  },
  9: (attribute, field) => {
    attribute.texts.push(field.text());
    attribute.implied = KINDS.texts;
  },
  20: (attribute, field) => (attribute.type = field.int()),
  21: (attribute, field) => (attribute.reference = field.text()),
};

const readAttribute = (field: Field): OnnxAttribute => {
  const start = { name: '', type: 0, float: 0, int: 0, text: '', floats: [], ints: [], texts: [], implied: 0 };
  const { implied, ...attribute } = field.message(ATTRIBUTE, start);
  return attribute.type === 0 ? { ...attribute, type: implied } : attribute;
};

/** 'ai.onnx' is the long name of the domain ''. */
const domainOf = (name: string): string => (name === 'ai.onnx' ? '' : name);

const NODE: Fields<OnnxNode> = {
  1: (node, field) => node.inputs.push(field.text()),
  2: (node, field) => node.outputs.push(field.text()),
  3: (node, field) => (node.name = field.text()),
  4: (node, field) => (node.opType = field.text()),
  5: (node, field) => {
    const attribute = readAttribute(field);
    node.attributes.set(attribute.name, attribute);
  },
  7: (node, field) => (node.domain = domainOf(field.text())),
  8: (node, field) => (node.overload = field.text()),
};

const readNode = (field: Field): OnnxNode =>
  field.part<OnnxNode>(NODE, () => {
    return { name: '', opType: '', domain: '', overload: '', inputs: [], outputs: [], attributes: new Map() };
  });

const DIMENSION: Fields<Dimension> = {
  1: (dimension, field) => (dimension.size = field.long()),
  2: (dimension, field) => (dimension.size = field.text()),
};

const SHAPE: Fields<Shape> = {
  1: (shape, field) => shape.dims.push(field.message<Dimension>(DIMENSION, {}).size),
};

const TENSOR_TYPE: Fields<OnnxValueInfo> = {
  1: (info, field) => (info.elementType = field.int()),
  2: (info, field) => (info.dims = field.message(SHAPE, { dims: [] }).dims),
};

const TYPE: Fields<OnnxValueInfo> = { 1: (info, field) => field.message(TENSOR_TYPE, info) };

const VALUE_INFO: Fields<OnnxValueInfo> = {
  1: (info, field) => (info.name = field.text()),
  2: (info, field) => field.message(TYPE, info),
};

const readValueInfo = (field: Field): OnnxValueInfo => field.part(VALUE_INFO, () => ({ name: '', elementType: 0 }));

const GRAPH: Fields<OnnxGraph> = {
  1: (graph, field) => graph.nodes.push(readNode(field)),
  2: (graph, field) => (graph.name = field.text()),
  5: (graph, field) => graph.initializers.push(readTensor(field)),
  11: (graph, field) => graph.inputs.push(readValueInfo(field)),
  12: (graph, field) => graph.outputs.push(readValueInfo(field)),
  15: (graph, field) => {
    field.bytes();
    graph.sparseInitializers++;
  },
};

const OPSET: Fields<{ domain: string; version: number }> = {
  1: (opset, field) => (opset.domain = domainOf(field.text())),
  2: (opset, field) => (opset.version = field.int()),
};

const readOpset = (field: Field, opsets: Map<string, number>): void => {
  const { domain, version } = field.message(OPSET, { domain: '', version: 0 });
  opsets.set(domain, version);
};

const FUNCTION: Fields<OnnxFunction> = {
  1: (own, field) => (own.name = field.text()),
  4: (own, field) => own.inputs.push(field.text()),
  5: (own, field) => own.outputs.push(field.text()),
  7: (own, field) => own.nodes.push(readNode(field)),
  9: (own, field) => readOpset(field, own.opsets),
  10: (own, field) => (own.domain = domainOf(field.text())),
  11: (own, field) => own.defaults.push(readAttribute(field)),
  13: (own, field) => (own.overload = field.text()),
};

const readFunction = (field: Field): OnnxFunction =>
  field.part<OnnxFunction>(FUNCTION, () => {
    const lists = { inputs: [], outputs: [], defaults: [], nodes: [] };
    return { name: '', domain: '', overload: '', ...lists, opsets: new Map() };
  });

const emptyGraph = (): OnnxGraph => ({
  name: '',
  nodes: [],
  initializers: [],
  sparseInitializers: 0,
  inputs: [],
  outputs: [],
});

const MODEL: Fields<OnnxModel & { graphs: number }> = {
  1: (model, field) => (model.irVersion = field.int()),
  2: (model, field) => (model.producer = field.text()),
  6: (model, field) => (model.docString = field.text()),
  7: (model, field) => {
    field.message(GRAPH, model.graph);
    model.graphs++;
  },
  8: (model, field) => readOpset(field, model.opsets),
  14: (model, field) => {
    const { key, value } = readEntry(field);
    Object.defineProperty(model.metadata, key, { value, enumerable: true, configurable: true, writable: true });
  },
  25: (model, field) => model.functions.push(readFunction(field)),
};

const HEAD = 512;

/** Whether bytes begin like text: no control characters but white space, and UTF-8. */
export const isText = (bytes: Uint8Array): boolean => {
  const head = bytes.subarray(0, HEAD);
  if (head.some((byte) => byte < 0x20 && (byte < 0x09 || byte > 0x0d))) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
};

const otherKindOf = (bytes: Uint8Array): string | undefined => {
  const kind = describeBytes(bytes, 'network') ?? (isText(bytes) ? 'a text file' : undefined);
  return kind?.startsWith('an ONNX model') ? undefined : kind;
};

/** The error for bytes that are not a model: it names the kind of file if that is recognised, else what is wrong. */
const refusal = (bytes: Uint8Array, fault: string, position?: number): FormatError => {
  const kind = otherKindOf(bytes);
  return kind
    ? new FormatError(`not an ONNX model but ${kind}`)
    : new FormatError(`not an ONNX model, or cut off: ${fault}`, position);
};

/**
 * Reads the bytes of an ONNX file.
 *
 * @throws {FormatError} if the bytes are not a model, or a tensor does not have as many elements as its shape
 */
export const parseOnnx = (bytes: Uint8Array): OnnxModel => {
  const start = {
    irVersion: 0,
    opsets: new Map(),
    producer: '',
    graph: emptyGraph(),
    functions: [],
    metadata: {},
    graphs: 0,
  };
  const { graphs, ...model } = readModel(bytes, start);
  if (graphs === 0) throw refusal(bytes, 'it has no graph');
  const { inputs, outputs } = model.graph;
  if (outputs.length === 0) throw new FormatError('the ONNX model cannot be used: its graph has no outputs');
  const seen = new Set<string>();
  const twice = inputs.find(({ name }) => seen.size === seen.add(name).size);
  if (twice) throw new FormatError(`the ONNX model cannot be used: its graph has two inputs '${cut(twice.name)}'`);
  // `return x, x` is exported as two outputs of one name, which is one output of a run
  model.graph.outputs = [...new Map(outputs.map((output) => [output.name, output])).values()];
  return model;
};

const readModel = <T extends OnnxModel & { graphs: number }>(bytes: Uint8Array, start: T): T => {
  try {
    return readMessage(bytes, MODEL as Fields<T>, start);
  } catch (error) {
    if (error instanceof UnsupportedError) throw error;
    const { message, position } = error as Error & { position?: number };
    throw refusal(bytes, message, position);
  }
};
