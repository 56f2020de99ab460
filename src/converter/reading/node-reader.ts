// Reads the nodes of a file one after the other, and collects the values that they make and all problems.

import { LIMITS } from '../../format/layout.js';
import { ShapeError } from '../../errors.js';
import type { Output } from '../../ir/graph.js';
import { showShape } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';
import { isEmpty, type Builder } from './builder.js';
import { cut } from './cut.js';
import { refuse, Refusal } from './refusal.js';
import type { Outputs } from './rule.js';

/** A node of a file; values go by their names, and an empty name means that one is left out. */
export type FileNode = {
  name: string;
  opType: string;
  inputs: readonly string[];
  outputs: readonly string[];
};

/** How a node becomes ops, given the values of its inputs; undefined if it has listed its own problems. */
export type Convert = (inputs: readonly (Value | undefined)[]) => Outputs | undefined;

/** What is known about a name: its value, or why there is none, until that has been reported. */
type Entry = { value?: Value; reason?: string };

/** An operator and the name of its node, as messages print them. */
export const titleOf = ({ opType, name, outputs }: FileNode): string =>
  `${cut(opType)} '${cut(name || outputs[0] || '')}'`;

/** One pass over the nodes. */
export class NodeReader {
  readonly problems: string[];
  private readonly entries = new Map<string, Entry>();
  /** How many nodes there are so far, with those of networks inside of each other, and inputs of them. */
  private readonly counts: { nodes: number; inputs: number };

  /** @param outer the reader of the network around this one, whose values, list of problems and limits it shares */
  constructor(
    private readonly build: Builder,
    private readonly outer?: NodeReader,
  ) {
    this.problems = outer?.problems ?? [];
    this.counts = outer?.counts ?? { nodes: 0, inputs: 0 };
  }

  /** Adds a value under a name of this network; undefined for an input that a call leaves out. */
  bind(name: string, value: Value | undefined): void {
    this.entries.set(name, value ? { value } : {});
  }

  /** The value of a name, unless it is left out or has problems, which are then listed. */
  valueFor(name: string, reader: string): Value | undefined {
    return name === '' ? undefined : this.valueOf(name, reader);
  }

  addInputs(values: readonly Value[], failed: ReadonlyMap<string, string>): void {
    for (const value of values) this.entries.set(value.name, { value });
    for (const name of failed.keys()) this.entries.set(name, {});
    for (const problem of failed.values()) this.problems.push(problem);
  }

  /** Adds a constant of the file unless an input has its name; one that cannot be made is a problem only if it is used. */
  addConstant(name: string, what: string, make: () => Value): void {
    if (this.entries.has(name)) return;
    this.attempt(
      () => this.entries.set(name, { value: make() }),
      (reason) => this.entries.set(name, { reason: `${what} '${cut(name)}': ${reason}` }),
    );
  }

  /** Counts nodes before the first of them is added. @throws {BudgetError} if a network may not have so many */
  expect(nodes: readonly FileNode[]): void {
    this.build.budget.countNodes(nodes, this.counts);
  }

  /**
   * Adds a node. Its problems are listed with its title and `context`, such as the version of the operator.
   *
   * @param convert undefined if the operator is not supported
   * @param reason why it is not supported
   */
  addNode(
    node: FileNode,
    context: string,
    convert: Convert | undefined,
    reason = 'the operator is not supported',
  ): void {
    const title = `${titleOf(node)}${context && ` (${context})`}`;
    if (!convert) return this.giveUp(node, `${title}: ${reason}`);
    for (const [what, { length }] of Object.entries({ inputs: node.inputs, outputs: node.outputs }))
      if (length > LIMITS.inputs)
        return this.giveUp(node, `${title}: ${length} ${what}; at most ${LIMITS.inputs} are supported`);
    const inputs = node.inputs.map((name) => (name === '' ? undefined : this.valueOf(name, titleOf(node))));
    if (node.inputs.some((name, index) => name !== '' && !inputs[index])) return this.giveUp(node);
    this.build.enter(node.outputs.find((name) => name !== '') ?? node.name);
    this.attempt(
      () => {
        // rules compute with shapes, and in a run such a value has fewer rows than in its shape
        const rows = inputs.find((value) => value && this.build.makerOf(value)?.op.rows);
        if (rows)
          refuse(
            `how many rows '${cut(rows.name)}' has depends on the picture: it can only be an output of the network`,
          );
        const made = convert(inputs);
        if (!made) return this.giveUp(node);
        this.addOutputs(node, 'name' in made ? [made] : made, inputs);
      },
      (reason) => this.giveUp(node, `${title}: ${reason}`),
    );
  }

  outputs(names: readonly string[]): Output[] {
    return names.flatMap((name) => {
      const value = this.valueOf(name, 'the list of outputs');
      if (value && isEmpty(value))
        this.problems.push(`output '${cut(name)}' has the shape ${showShape(value.shape)} and so no elements`);
      return value ? [{ name, value }] : [];
    });
  }

  private addOutputs(
    node: FileNode,
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
    if (this.outer) return; // the names of an inner network are not unique
    const maker = this.build.makerOf(value);
    if (maker) maker.name = name;
    value.name = name;
  }

  private valueOf(name: string, reader: string): Value | undefined {
    const own = this.entries.get(name);
    if (!own && this.outer) return this.outer.valueOf(name, reader);
    const entry = own ?? { reason: `no node makes '${cut(name)}', which ${reader} reads` };
    if (entry.reason) this.problems.push(entry.reason);
    delete entry.reason;
    this.entries.set(name, entry);
    return entry.value;
  }

  private giveUp(node: FileNode, problem?: string): void {
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
