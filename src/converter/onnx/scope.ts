// A network of an ONNX file and the networks inside of it: functions that the file defines, branches and loops. All of them
// become nodes of one graph.

import type { Value } from '../../ir/value.js';
import { atOnce, type Steps } from '../../next-task.js';
import type { Builder } from '../reading/builder.js';
import { cut } from '../reading/cut.js';
import { NodeReader, type Convert } from '../reading/node-reader.js';
import { orderNodes } from '../reading/order.js';
import { refuse } from '../reading/refusal.js';
import type { Outputs } from '../reading/rule.js';
import { control } from './control.js';
import { canOverflow, elementTypeAfter, wrapped } from './element-types.js';
import type { OnnxAttribute, OnnxFunction, OnnxGraph, OnnxModel, OnnxNode } from './model.js';
import { NodeView } from './node-view.js';
import { constantOf } from './rules/constant.js';
import { ruleOf } from './rules/index.js';

/** Networks inside of networks; a function that calls itself would have no end. */
const MAX_DEPTH = 64;

/** What all networks of a file share. */
type Shared = { build: Builder; functions: ReadonlyMap<string, OnnxFunction> };

const keyOf = (domain: string, name: string, overload: string): string => `${domain}:${name}:${overload}`;

const contextOf = ({ domain }: OnnxNode, opset: number): string => `${domain || 'ai.onnx'}${opset ? ` ${opset}` : ''}`;

/** Reads the nodes of one network. */
export class Scope {
  /** ONNX element types by name, as far as they are known. */
  private readonly elementTypes = new Map<string, number | undefined>();

  private constructor(
    private readonly shared: Shared,
    readonly reader: NodeReader,
    private readonly opsets: ReadonlyMap<string, number>,
    private readonly outer?: Scope,
    private readonly depth = 0,
  ) {}

  /** The scope of a model's main network. */
  static of({ functions, opsets }: OnnxModel, build: Builder): Scope {
    const byKey = new Map(functions.map((own) => [keyOf(own.domain, own.name, own.overload), own]));
    return new Scope({ build, functions: byKey }, new NodeReader(build), opsets);
  }

  get build(): Builder {
    return this.shared.build;
  }

  /** A network inside of this one. */
  inner(opsets = this.opsets): Scope {
    if (this.depth >= MAX_DEPTH) refuse(`more than ${MAX_DEPTH} networks inside of each other are not supported`);
    return new Scope(this.shared, new NodeReader(this.build, this.reader), opsets, this, this.depth + 1);
  }

  /** The ONNX element type of a name; undefined if it is not known. */
  elementType(name: string): number | undefined {
    return this.elementTypes.has(name) ? this.elementTypes.get(name) : this.outer?.elementType(name);
  }

  setElementType(name: string, type: number | undefined): void {
    this.elementTypes.set(name, type);
  }

  /** Reads what `outputs` depend on; `adapt` says what becomes of a node before it is read. */
  *read(
    { nodes, initializers }: Pick<OnnxGraph, 'nodes' | 'initializers'>,
    outputs: readonly string[],
    adapt = (node: OnnxNode) => node,
  ): Steps<void> {
    for (const tensor of initializers) {
      this.reader.addConstant(tensor.name, 'initializer', () => constantOf(this.build, tensor, tensor.name));
      if (!this.elementTypes.has(tensor.name)) this.setElementType(tensor.name, tensor.dataType);
    }
    const needed = orderOnce(nodes, outputs);
    this.reader.expect(needed);
    for (const one of needed) {
      const node = adapt(one);
      this.reader.addNode(node, contextOf(node, this.opsets.get(node.domain) ?? 0), this.convertOf(node));
      yield;
    }
  }

  /** The values of names; undefined if one of them has problems, which are then listed. */
  valuesOf(names: readonly string[], reader: string): Value[] | undefined {
    const values = names.map((name) => this.reader.valueFor(name, reader));
    return values.every((value) => value !== undefined) ? values : undefined;
  }

  private convertOf(node: OnnxNode): Convert | undefined {
    const { domain, opType, overload, inputs, outputs } = node;
    const own = this.shared.functions.get(keyOf(domain, opType, overload));
    if (own) return (values) => this.call(own, node, values);
    const types = inputs.map((name) => this.elementType(name));
    const view = (values: readonly (Value | undefined)[]) =>
      new NodeView(node, this.opsets.get(domain) ?? 0, values, types);
    const inside = domain === '' && Object.hasOwn(control, opType) ? control[opType] : undefined;
    if (inside) return (values) => inside(view(values), this);
    const rule = ruleOf(domain, opType);
    if (!rule) return undefined;
    return (values) => {
      const made = rule(view(values), this.build);
      const list = 'name' in made ? [made] : made;
      return outputs.map((name, i) => {
        const type = elementTypeAfter(node, types, list[i]);
        this.setElementType(name, type);
        return list[i] && canOverflow(opType) ? wrapped(this.build, list[i], type) : list[i];
      });
    };
  }

  /** Reads a network inside of a node with values for its inputs; undefined if it has problems, which are then listed. */
  readInside(graph: OnnxGraph, inputs: readonly (Value | undefined)[], reader: string): Value[] | undefined {
    const inside = this.inner();
    graph.inputs.forEach(({ name, elementType }, i) => {
      inside.reader.bind(name, inputs[i]);
      inside.setElementType(name, elementType || undefined);
    });
    const outputs = graph.outputs.map(({ name }) => name);
    atOnce(inside.read(graph, outputs));
    return inside.valuesOf(outputs, reader);
  }

  /** The nodes of a function in place of a call of it. */
  private call(own: OnnxFunction, node: OnnxNode, values: readonly (Value | undefined)[]): Outputs | undefined {
    const body = this.inner(new Map([...this.opsets, ...own.opsets]));
    own.inputs.forEach((name, i) => {
      body.reader.bind(name, values[i]);
      body.setElementType(name, this.elementType(node.inputs[i] ?? ''));
    });
    const attributes = new Map([...own.defaults.map((one) => [one.name, one] as const), ...node.attributes]);
    const used = own.outputs.slice(0, node.outputs.length);
    atOnce(body.read({ nodes: own.nodes, initializers: [] }, used, (inside) => withAttributes(inside, attributes)));
    const made = body.valuesOf(used, `the function ${cut(own.name)}`);
    node.outputs.forEach((name, i) => this.setElementType(name, body.elementType(used[i]!)));
    return made;
  }
}

/** A node of a function's body with the attributes of the call. */
const withAttributes = (node: OnnxNode, attributes: ReadonlyMap<string, OnnxAttribute>): OnnxNode => {
  const own = [...node.attributes.values()].flatMap((attribute) => {
    const { name, reference, graph } = attribute;
    const found = reference ? attributes.get(reference) : attribute;
    if (!found) return [];
    const inside = graph && { ...graph, nodes: graph.nodes.map((one) => withAttributes(one, attributes)) };
    return [{ ...found, name, ...(inside && { graph: inside }) }];
  });
  return { ...node, attributes: new Map(own.map((attribute) => [attribute.name, attribute])) };
};

const orders = new WeakMap<readonly OnnxNode[], Map<string, OnnxNode[]>>();

/** The nodes that outputs depend on, in order. A list is ordered once, since networks are read for several sizes. */
const orderOnce = (nodes: readonly OnnxNode[], outputs: readonly string[]): OnnxNode[] => {
  const known = orders.get(nodes) ?? new Map<string, OnnxNode[]>();
  orders.set(nodes, known);
  const key = JSON.stringify(outputs);
  const order = known.get(key) ?? orderNodes(nodes, outputs, 'an ONNX model', capturedBy);
  known.set(key, order);
  return order;
};

/** Names that networks inside of a node may read of the network around it. */
const capturedBy = ({ attributes }: OnnxNode): string[] => {
  const graphs = [...attributes.values()].flatMap(({ graph }) => graph ?? []);
  return graphs.flatMap((graph) => {
    const read = graph.nodes.flatMap((node) => [...node.inputs, ...capturedBy(node)]);
    const made = new Set([
      ...graph.nodes.flatMap(({ outputs }) => outputs),
      ...[...graph.inputs, ...graph.initializers].map(({ name }) => name),
    ]);
    return [...read, ...graph.outputs.map(({ name }) => name)].filter((name) => name !== '' && !made.has(name));
  });
};
