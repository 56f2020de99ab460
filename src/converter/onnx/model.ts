// The contents of an ONNX file as plain objects.

import type { ConstantData } from '../../ir/value.js';

/** Codes of `TensorProto.DataType` with the names that messages use. */
export const ELEMENT_NAMES: Readonly<Record<number, string>> = {
  1: 'float',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'double',
  12: 'uint32',
  13: 'uint64',
  14: 'complex64',
  15: 'complex128',
  16: 'bfloat16',
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
  21: 'uint4',
  22: 'int4',
};

/** An element type as messages print it. */
export const elementName = (dataType: number): string => ELEMENT_NAMES[dataType] ?? `type ${dataType}`;

/** Where the elements of a tensor are if they are not in the model file. */
export type ExternalData = { location: string; offset: number; length?: number };

/**
 * A constant array. `data` holds floats for the floating types and 32-bit integers for all others (64-bit ones are
 * limited to the 32-bit range); it is missing if the type is not supported or the elements are in another file.
 */
export type OnnxTensor = {
  name: string;
  dims: number[];
  dataType: number;
  data?: ConstantData;
  external?: ExternalData;
};

/** One attribute; only the field of its `type` (an `AttributeProto.AttributeType`) is meaningful. */
export type OnnxAttribute = {
  name: string;
  type: number;
  float: number;
  int: number;
  text: string;
  tensor?: OnnxTensor;
  floats: number[];
  ints: number[];
  texts: string[];
  /** A network inside of this one: a branch of If, the body of a loop. */
  graph?: OnnxGraph;
  /** In the body of a function: the attribute of the calling node that this one takes. */
  reference?: string;
};

/** One operation, its inputs and outputs by name; an empty name means that one is left out. */
export type OnnxNode = {
  name: string;
  opType: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: Map<string, OnnxAttribute>;
  overload: string;
};

/** An operator that the file itself defines, by nodes. */
export type OnnxFunction = {
  name: string;
  domain: string;
  /** Distinguishes functions of one name; often empty. */
  overload: string;
  inputs: string[];
  outputs: string[];
  /** Attributes that a call may leave out. */
  defaults: OnnxAttribute[];
  nodes: OnnxNode[];
  opsets: Map<string, number>;
};

/**
 * An input or output. Sizes are numbers, names of unknown sizes or undefined; `dims` is missing if not even the rank is
 * known.
 */
export type OnnxValueInfo = {
  name: string;
  /** 0 for something that is not a tensor. */
  elementType: number;
  dims?: (number | string | undefined)[];
};

/** A network: nodes, constants, and the names of inputs and outputs. */
export type OnnxGraph = {
  name: string;
  nodes: OnnxNode[];
  initializers: OnnxTensor[];
  /** How many initializers are stored as sparse tensors, which are not supported. */
  sparseInitializers: number;
  inputs: OnnxValueInfo[];
  outputs: OnnxValueInfo[];
};

/** A model as the file has it; nothing is checked beyond the encoding. */
export type OnnxModel = {
  irVersion: number;
  /** Operator set versions by domain; the domain of ONNX itself is ''. */
  opsets: Map<string, number>;
  producer: string;
  graph: OnnxGraph;
  functions: OnnxFunction[];
  metadata: Record<string, string>;
  docString?: string;
};

/** All constant arrays of a model, also those of functions and of networks inside of nodes. */
export const tensorsOf = ({ graph, functions }: Pick<OnnxModel, 'graph' | 'functions'>): OnnxTensor[] => {
  const tensors = [...graph.initializers];
  const open: OnnxNode[] = [...graph.nodes, ...functions.flatMap(({ nodes }) => nodes)];
  for (let node = open.pop(); node; node = open.pop()) {
    for (const { tensor, graph: inside } of node.attributes.values()) {
      if (tensor) tensors.push(tensor);
      for (const one of inside?.initializers ?? []) tensors.push(one);
      for (const one of inside?.nodes ?? []) open.push(one);
    }
  }
  return tensors;
};

/** How many elements the constants of a model have. */
export const countElements = (model: OnnxModel): number =>
  tensorsOf(model).reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
