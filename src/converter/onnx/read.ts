// The network of an ONNX file in groupwise's ops: the rules convert it node by node.

import { UnsupportedError } from '../../errors.js';
import type { Graph } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import { Builder } from '../reading/builder.js';
import { readInputs, type InputInfo } from '../reading/inputs.js';
import type { ReadOptions } from '../reading/network.js';
import { NodeReader } from '../reading/node-reader.js';
import { orderNodes } from '../reading/order.js';
import { constantTypeOf, runtimeTypeOf } from './elements.js';
import { elementName, maxConstants, type OnnxModel, type OnnxNode, type OnnxValueInfo } from './model.js';
import { NodeView } from './node-view.js';
import { constantOf } from './rules/constant.js';
import { ruleOf } from './rules/index.js';

const MIN_OPSET = 6;
const MAX_OPSET = 25;

const contextOf = ({ domain }: OnnxNode, opset: number): string => `${domain || 'ai.onnx'}${opset ? ` ${opset}` : ''}`;

const inputInfoOf = ({ name, elementType, dims }: OnnxValueInfo): InputInfo => ({
  name,
  type: runtimeTypeOf(elementType),
  constantType: constantTypeOf(elementType),
  typeText: elementType === 0 ? 'not a tensor' : `of type ${elementName(elementType)}`,
  dims,
});

const builderFor = (model: OnnxModel, { evaluate }: ReadOptions): Builder => {
  const { nodes, initializers, inputs } = model.graph;
  const names = [...nodes.flatMap(({ outputs }) => outputs), ...[...initializers, ...inputs].map(({ name }) => name)];
  return new Builder(evaluate, names, maxConstants(model));
};

const modelProblems = ({ graph, opsets }: OnnxModel): string[] => {
  const opset = opsets.get('') ?? 0;
  const problems: string[] = [];
  if (graph.nodes.some(({ domain }) => domain === '') && !(opset >= MIN_OPSET && opset <= MAX_OPSET)) {
    problems.push(`the network is written for opset ${opset}; ${MIN_OPSET} to ${MAX_OPSET} are supported`);
  }
  if (graph.sparseInitializers > 0) problems.push('sparse initializers are not supported');
  return problems;
};

/** Converts a network to groupwise's ops, as `Network.read` does. */
export const readOnnx = (model: OnnxModel, options: ReadOptions): Graph => {
  const { graph, opsets } = model;
  const outputNames = graph.outputs.map(({ name }) => name);
  const nodes = orderNodes(graph.nodes, outputNames, 'an ONNX model');
  const problems = modelProblems(model);
  if (problems.length > 0) throw new UnsupportedError(problems);
  const initialized = new Set(graph.initializers.map(({ name }) => name));
  const { inputs, constants, failed, isOpen } = readInputs(graph.inputs.map(inputInfoOf), initialized, options);
  const build = builderFor(model, options);
  const [like] = inputs;
  if (isOpen && options.batch > 1 && like) build.batch = { size: options.batch, like };
  const reader = new NodeReader(build);
  reader.addInputs([...inputs, ...constants], failed);
  for (const tensor of graph.initializers)
    reader.addConstant(tensor.name, 'initializer', () => constantOf(build, tensor, tensor.name));
  const elementTypes = new Map(graph.initializers.map(({ name, dataType }) => [name, dataType]));
  for (const node of nodes) {
    const opset = opsets.get(node.domain) ?? 0;
    const rule = node.domain === '' ? ruleOf(node.opType) : undefined;
    const types = node.inputs.map((name) => elementTypes.get(name));
    const convert =
      rule && ((values: readonly (Value | undefined)[]) => rule(new NodeView(node, opset, values, types), build));
    reader.addNode(node, contextOf(node, opset), convert);
  }
  const outputs = reader.outputs(outputNames);
  if (reader.problems.length > 0) throw new UnsupportedError(reader.problems);
  return { inputs, outputs, nodes: build.nodes, dynamicBatch: isOpen };
};
