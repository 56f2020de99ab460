// The network of an ONNX file in groupwise's ops: the rules convert it node by node.

import { UnsupportedError } from '../../errors.js';
import type { Graph } from '../../ir/graph.js';
import type { Steps } from '../../next-task.js';
import { Budget } from '../reading/budget.js';
import { Builder } from '../reading/builder.js';
import { readInputs, type InputInfo } from '../reading/inputs.js';
import type { ReadOptions } from '../reading/network.js';
import { Refusal } from '../reading/refusal.js';
import { constantTypeOf, runtimeTypeOf } from './elements.js';
import { countElements, elementName, type OnnxModel, type OnnxValueInfo } from './model.js';
import { Scope } from './scope.js';

const MIN_OPSET = 6;
const MAX_OPSET = 28;

const inputInfoOf = ({ name, elementType, dims }: OnnxValueInfo): InputInfo => ({
  name,
  type: runtimeTypeOf(elementType),
  constantType: constantTypeOf(elementType),
  typeText: elementType === 0 ? 'not a tensor' : `of type ${elementName(elementType)}`,
  dims,
});

const builderFor = (model: OnnxModel, { evaluate }: ReadOptions, budget: Budget): Builder => {
  const { nodes, initializers, inputs } = model.graph;
  const names = [...nodes.flatMap(({ outputs }) => outputs), ...[...initializers, ...inputs].map(({ name }) => name)];
  return new Builder(evaluate, names, budget);
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
export function* readOnnx(
  model: OnnxModel,
  options: ReadOptions,
  budget = new Budget(countElements(model)),
): Steps<Graph> {
  const { graph } = model;
  const outputNames = graph.outputs.map(({ name }) => name);
  const problems = modelProblems(model);
  if (problems.length > 0) throw new UnsupportedError(problems);
  const initialized = new Set(graph.initializers.map(({ name }) => name));
  const { inputs, constants, failed, isOpen, openSizes } = readInputs(
    graph.inputs.map(inputInfoOf),
    initialized,
    options,
  );
  const build = builderFor(model, options, budget);
  const [like] = inputs;
  if (isOpen && options.batch > 1 && like) build.batch = { size: options.batch, like };
  const scope = Scope.of(model, build);
  const { reader } = scope;
  reader.addInputs([...inputs, ...constants], failed);
  for (const { name, elementType } of graph.inputs) scope.setElementType(name, elementType || undefined);
  yield* readAll(scope, model, outputNames);
  const outputs = reader.outputs(outputNames);
  if (reader.problems.length > 0) throw new UnsupportedError(reader.problems);
  return { inputs, outputs, nodes: build.nodes, dynamicBatch: isOpen, ...(openSizes && { openSizes }) };
}

function* readAll(scope: Scope, { graph }: OnnxModel, outputs: readonly string[]): Steps<void> {
  try {
    yield* scope.read(graph, outputs);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new UnsupportedError([...scope.reader.problems, error.message]);
  }
}
