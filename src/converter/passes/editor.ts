// A graph that is being rewritten: who makes and who reads each value, and the edits that passes consist of.

import type { Graph, Node, Output } from '../../ir/graph.js';
import { sameShape, showShape } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';

/**
 * Rewrites a copy of a graph. Passes look at nodes and values and change them through the editor alone. A node is
 * removed as soon as nothing reads its output any more.
 */
export class GraphEditor {
  /** How many edits were made so far. */
  edits = 0;
  private readonly outputs: Output[];
  /** The outputs of the network that return each value. */
  private readonly returned = new Map<Value, Output[]>();
  /** The nodes in order: for each node of the original graph, in its place, what it became. */
  private readonly places: Node[][];
  /** All nodes of `places`, unless they changed since somebody asked. */
  private inOrder: readonly Node[] | undefined;
  private readonly placeOf = new Map<Node, number>();
  private readonly makers = new Map<Value, Node>();
  private readonly readersOf = new Map<Value, Set<Node>>();

  constructor(private readonly source: Graph) {
    this.outputs = source.outputs.map((output) => ({ ...output }));
    for (const output of this.outputs) this.addOutput(output);
    this.places = source.nodes.map(() => []);
    source.nodes.forEach((node, place) => this.add({ ...node }, place, 0));
    this.removeUnread(this.nodes.map(({ output }) => output));
  }

  /** The graph as it is now. */
  get graph(): Graph {
    return { ...this.source, nodes: [...this.nodes], outputs: this.outputs.map((output) => ({ ...output })) };
  }

  /** The nodes, each after the nodes that make its inputs. */
  get nodes(): readonly Node[] {
    return (this.inOrder ??= this.places.flat());
  }

  /**
   * The nodes in order, without those that are removed before their turn; nodes that are added meanwhile do not come
   * up.
   */
  *each(): Generator<Node> {
    for (const node of this.nodes) if (this.placeOf.has(node)) yield node;
  }

  /** The node that makes a value; undefined for constants and inputs of the network. */
  maker(value: Value): Node | undefined {
    return this.makers.get(value);
  }

  /** Whether a value is there to be read: a constant, an input of the network or the output of a node. */
  isMade(value: Value): boolean {
    return value.data !== undefined || this.makers.has(value) || this.source.inputs.includes(value);
  }

  /** The nodes that read a value. */
  readers(value: Value): readonly Node[] {
    return [...(this.readersOf.get(value) ?? [])];
  }

  /** Whether the network returns a value. */
  isOutput(value: Value): boolean {
    return this.returned.has(value);
  }

  /** The node that alone reads a value, and only once; undefined if there is none, or the network returns the value. */
  soleReader(value: Value): Node | undefined {
    const readers = this.readersOf.get(value);
    if (readers?.size !== 1 || this.isOutput(value)) return undefined;
    const [reader] = readers;
    return reader!.inputs.filter((input) => input === value).length === 1 ? reader : undefined;
  }

  /** Whether node `a` runs after node `b`. */
  isAfter(a: Node, b: Node): boolean {
    const [place, other] = [this.placeOf.get(a)!, this.placeOf.get(b)!];
    const nodes = this.places[place]!;
    return place === other ? nodes.indexOf(a) > nodes.indexOf(b) : place > other;
  }

  /** Gives a node another op, other attributes or other inputs, which must be made before it. */
  change(node: Node, parts: Partial<Pick<Node, 'op' | 'attrs' | 'inputs'>>): void {
    const before = node.inputs;
    this.unlink(node);
    Object.assign(node, parts);
    this.link(node);
    this.edits++;
    this.removeUnread(before);
  }

  /** Puts nodes before a node, in the order given. */
  insert(before: Node, ...nodes: Node[]): void {
    const place = this.placeOf.get(before)!;
    const index = this.places[place]!.indexOf(before);
    nodes.forEach((node, i) => this.add(node, place, index + i));
    this.edits++;
  }

  /** Puts nodes in the place of a node. Unless one of them makes its output, nothing may read that afterwards. */
  replace(node: Node, ...nodes: Node[]): void {
    this.insert(node, ...nodes);
    this.remove(node);
    this.removeUnread(node.inputs);
  }

  /**
   * Lets everything that reads or returns the value `from` read or return `to` instead, which must be made before its
   * readers.
   */
  redirect(from: Value, to: Value): void {
    for (const reader of this.readers(from)) {
      reader.inputs = reader.inputs.map((input) => (input === from ? to : input));
      this.addReader(to, reader);
    }
    this.readersOf.delete(from);
    const outputs = this.returned.get(from) ?? [];
    this.returned.delete(from);
    for (const output of outputs) this.addOutput(Object.assign(output, { value: to }));
    this.edits++;
    this.removeUnread([from]);
  }

  /** @throws {Error} naming the node at fault, if the graph could not run */
  verify(): void {
    const made = new Set<Value>(this.source.inputs);
    for (const node of this.nodes) {
      const fault = this.faultOf(node, made);
      if (fault) throw new Error(`node '${node.name}' (${node.op.name}): ${fault}`);
      made.add(node.output);
    }
    const missing = this.outputs.find(({ value }) => !value.data && !made.has(value));
    if (missing) throw new Error(`output '${missing.name}' of the network is not made`);
  }

  /** What is wrong with a node, if `made` is what it may read besides constants. */
  private faultOf(node: Node, made: ReadonlySet<Value>): string | undefined {
    const { op, attrs, inputs, output } = node;
    for (const input of inputs) {
      if (input.data) continue;
      if (!made.has(input)) return `input '${input.name}' is not made before it`;
      if (!this.readersOf.get(input)?.has(node)) return `input '${input.name}' does not list this node as a reader`;
    }
    if (made.has(output) || this.makers.get(output) !== node) return `output '${output.name}' is made twice`;
    const [shape, type] = [op.shape(inputs, attrs), op.type(inputs, attrs)];
    if (!sameShape(shape, output.shape) || type !== output.type)
      return `makes ${type}${showShape(shape)}; its output is ${output.type}${showShape(output.shape)}`;
    return this.isNeeded(output) ? undefined : 'nothing reads its output';
  }

  private isNeeded(value: Value): boolean {
    return (this.readersOf.get(value)?.size ?? 0) > 0 || this.isOutput(value);
  }

  private addOutput(output: Output): void {
    const outputs = this.returned.get(output.value);
    if (outputs) outputs.push(output);
    else this.returned.set(output.value, [output]);
  }

  private add(node: Node, place: number, index: number): void {
    this.places[place]!.splice(index, 0, node);
    this.inOrder = undefined;
    this.placeOf.set(node, place);
    this.makers.set(node.output, node);
    this.link(node);
  }

  private remove(node: Node): void {
    const nodes = this.places[this.placeOf.get(node)!]!;
    nodes.splice(nodes.indexOf(node), 1);
    this.inOrder = undefined;
    this.placeOf.delete(node);
    if (this.makers.get(node.output) === node) this.makers.delete(node.output);
    this.unlink(node);
  }

  private link(node: Node): void {
    for (const input of node.inputs) this.addReader(input, node);
  }

  private addReader(value: Value, node: Node): void {
    if (value.data) return;
    const readers = this.readersOf.get(value);
    if (readers) readers.add(node);
    else this.readersOf.set(value, new Set([node]));
  }

  private unlink(node: Node): void {
    for (const input of node.inputs) this.readersOf.get(input)?.delete(node);
  }

  /** Removes the makers of those of `values` that nothing reads, and what only they read. */
  private removeUnread(values: readonly Value[]): void {
    const open = [...values];
    for (let value = open.pop(); value; value = open.pop()) {
      const maker = this.makers.get(value);
      if (!maker || this.isNeeded(value)) continue;
      this.remove(maker);
      open.push(...maker.inputs);
    }
  }
}
