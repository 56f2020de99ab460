// The network of an ONNX file in groupwise's ops: the rules convert it node by node.

import { ShapeError, UnsupportedError } from '../../errors.js';
import type { Evaluate } from '../../runtime/evaluate-node.js';
import type { Graph, Output } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import { showShape } from '../../ir/tensor.js';
import { Builder, isEmpty } from './builder.js';
import { readInputs, type InputOptions } from './inputs.js';
import { maxConstants, type OnnxModel, type OnnxNode } from './model.js';
import { NodeView, Refusal } from './node-view.js';
import { orderNodes } from './order.js';
import { constantOf } from './rules/constant.js';
import { ruleOf } from './rules/index.js';

/** How to read a network. */
export type ReadOptions = InputOptions & {
  /** Computes a node whose inputs are all constant. */
  evaluate: Evaluate;
};

const MIN_OPSET = 6;
const MAX_OPSET = 25;

/** What is known about a name: its value, or why there is none, until that has been reported. */
type Entry = { value?: Value; reason?: string };

const titleOf = ({ opType, name, outputs }: OnnxNode): string => `${opType} '${name || outputs[0] || ''}'`;

const domainOf = ({ domain }: OnnxNode): string => domain || 'ai.onnx';

/** One pass over the nodes; collects values by name, and problems. */
class Reader {
  readonly problems: string[] = [];
  private readonly entries = new Map<string, Entry>();
  private readonly elementTypes: ReadonlyMap<string, number>;
  readonly build: Builder;

  constructor(
    private readonly model: OnnxModel,
    evaluate: Evaluate,
  ) {
    const { nodes, initializers, inputs } = model.graph;
    const names = [...nodes.flatMap(({ outputs }) => outputs), ...[...initializers, ...inputs].map(({ name }) => name)];
    this.build = new Builder(evaluate, names, maxConstants(model));
    this.elementTypes = new Map(initializers.map(({ name, dataType }) => [name, dataType]));
  }

  addInputs(values: readonly Value[], failed: ReadonlyMap<string, string>): void {
    for (const value of values) this.entries.set(value.name, { value });
    for (const name of failed.keys()) this.entries.set(name, {});
    for (const problem of failed.values()) this.problems.push(problem);
  }

  /** Initializers become constants; one that cannot is a problem only if it is used. */
  addInitializers(): void {
    for (const tensor of this.model.graph.initializers) {
      if (this.entries.has(tensor.name)) continue;
      this.attempt(
        () => this.entries.set(tensor.name, { value: constantOf(this.build, tensor, tensor.name) }),
        (reason) => this.entries.set(tensor.name, { reason: `initializer '${tensor.name}': ${reason}` }),
      );
    }
  }

  addNode(node: OnnxNode): void {
    const opset = this.model.opsets.get(node.domain) ?? 0;
    const rule = node.domain === '' ? ruleOf(node.opType) : undefined;
    if (!rule) {
      const version = opset ? ` ${opset}` : '';
      return this.giveUp(node, `${titleOf(node)} (${domainOf(node)}${version}): the operator is not supported`);
    }
    const inputs = node.inputs.map((name) => (name === '' ? undefined : this.valueOf(name, titleOf(node))));
    if (node.inputs.some((name, index) => name !== '' && !inputs[index])) return this.giveUp(node);
    const types = node.inputs.map((name) => this.elementTypes.get(name));
    this.build.enter(node.outputs.find((name) => name !== '') ?? node.name);
    this.attempt(
      () => {
        const made = rule(new NodeView(node, opset, inputs, types), this.build);
        this.addOutputs(node, 'name' in made ? [made] : made, inputs);
      },
      (reason) => this.giveUp(node, `${titleOf(node)} (${domainOf(node)} ${opset}): ${reason}`),
    );
  }

  outputs(): Output[] {
    return this.model.graph.outputs.flatMap(({ name }) => {
      const value = this.valueOf(name, 'the list of outputs');
      if (value && isEmpty(value))
        this.problems.push(`output '${name}' has the shape ${showShape(value.shape)} and so no elements`);
      return value ? [{ name, value }] : [];
    });
  }

  private addOutputs(
    node: OnnxNode,
    made: readonly (Value | undefined)[],
    inputs: readonly (Value | undefined)[],
  ): void {
    node.outputs.forEach((name, index) => {
      if (name === '') return;
      const value = made[index];
      if (!value) return this.entries.set(name, { reason: `${titleOf(node)}: output ${index} is not supported` });
      const isNew = !inputs.includes(value) && !made.slice(0, index).includes(value);
      if (isNew && value.name.startsWith(`${node.outputs.find((output) => output !== '')}/`)) this.rename(value, name);
      this.entries.set(name, { value });
    });
  }

  private rename(value: Value, name: string): void {
    const maker = this.build.nodes.findLast(({ output }) => output === value);
    if (maker) maker.name = name;
    value.name = name;
  }

  private valueOf(name: string, reader: string): Value | undefined {
    const entry = this.entries.get(name) ?? { reason: `no node makes '${name}', which ${reader} reads` };
    if (entry.reason) this.problems.push(entry.reason);
    delete entry.reason;
    this.entries.set(name, entry);
    return entry.value;
  }

  private giveUp(node: OnnxNode, problem?: string): void {
    if (problem) this.problems.push(problem);
    for (const name of node.outputs) this.entries.set(name, {});
  }

  private attempt(action: () => void, refused: (reason: string) => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof ShapeError)) throw error;
      refused(error.message);
    }
  }
}

const modelProblems = ({ graph, opsets }: OnnxModel): string[] => {
  const opset = opsets.get('') ?? 0;
  const problems: string[] = [];
  if (graph.nodes.some(({ domain }) => domain === '') && !(opset >= MIN_OPSET && opset <= MAX_OPSET)) {
    problems.push(`the network is written for opset ${opset}; ${MIN_OPSET} to ${MAX_OPSET} are supported`);
  }
  if (graph.sparseInitializers > 0) problems.push('sparse initializers are not supported');
  return problems;
};

/**
 * Converts a network to groupwise's ops. Shapes are those for `batch` samples; what depends only on constants and shapes
 * is computed. `dynamicBatch` says whether the file leaves the first dimension of every input open.
 *
 * @throws {FormatError} if nodes depend on each other in a cycle, or two make the same value
 * @throws {UnsupportedError} listing everything that is not supported
 * @throws {ArgumentError} if the options do not fit the network's inputs
 */
export const readOnnx = (model: OnnxModel, { evaluate, ...options }: ReadOptions): Graph => {
  const nodes = orderNodes(model.graph);
  const problems = modelProblems(model);
  if (problems.length > 0) throw new UnsupportedError(problems);
  const { inputs, constants, failed, isOpen } = readInputs(model.graph, options);
  const reader = new Reader(model, evaluate);
  reader.addInputs([...inputs, ...constants], failed);
  reader.addInitializers();
  for (const node of nodes) reader.addNode(node);
  const outputs = reader.outputs();
  if (reader.problems.length > 0) throw new UnsupportedError(reader.problems);
  return { inputs, outputs, nodes: reader.build.nodes, dynamicBatch: isOpen };
};
