// Transposes move towards the outputs, past every op that has a form for permuted axes, until they meet their inverse.
// The reader of ONNX wraps spatial ops in transposes from and to channels-last; what is left of them is at the borders.

import type { Evaluate } from '../../runtime/evaluate-node.js';
import type { Graph, Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import type { AnyOp } from '../../ir/op.js';
import { gather } from '../../ops/gather.js';
import { reshape, wholeParts } from '../../ops/reshape.js';
import { slice } from '../../ops/slice.js';
import { transpose } from '../../ops/transpose.js';

type Perm = readonly number[];

/** Ops that take places of one array. */
const MOVES: ReadonlySet<AnyOp> = new Set([gather, slice]);

const isIdentity = (perm: Perm): boolean => perm.every((from, axis) => from === axis);

const inverse = (perm: Perm): number[] => perm.map((_, axis) => perm.indexOf(axis));

/** The permutation of `transpose(transpose(x, first), second)`. */
const compose = (first: Perm, second: Perm): number[] => second.map((axis) => first[axis]!);

const permuteShape = (shape: readonly number[], perm: Perm): number[] => perm.map((axis) => shape[axis]!);

/** A constant with leading axes of size 1 up to `rank`, as broadcasting sees it. */
const extend = (value: Value, rank: number): Value =>
  value.shape.length === rank
    ? value
    : { ...value, shape: [...new Array<number>(rank - value.shape.length).fill(1), ...value.shape] };

/** One sweep over a graph; rebuilds the list of nodes. */
class Sweep {
  readonly nodes: Node[] = [];
  private readonly makers = new Map<Value, Node>();
  private readonly renamed = new Map<Value, Value>();
  private readonly raised = new Map<string, Value>();

  constructor(
    private readonly evaluate: Evaluate,
    private readonly outputs: ReadonlySet<Value>,
  ) {}

  /** What a value is called after the nodes before it were rewritten. */
  current(value: Value): Value {
    return this.renamed.get(value) ?? value;
  }

  take(node: Node): void {
    node.inputs = node.inputs.map((input) => this.current(input));
    if (node.op === transpose) this.raise(node) || this.takeTranspose(node);
    else if (!this.sink(node) && !(node.op === reshape && this.arrange(node))) this.append(node);
  }

  private append(node: Node): void {
    this.nodes.push(node);
    this.makers.set(node.output, node);
  }

  /** Transposes what a selection of channels or other places selects from, once for all selections; false if there is none. */
  private raise(node: Node): boolean {
    const selection = this.makers.get(node.inputs[0]!);
    const perm = node.attrs.perm as Perm;
    if (!selection || this.outputs.has(node.output) || !MOVES.has(selection.op)) return false;
    const [x, ...rest] = selection.inputs as [Value, ...Value[]];
    const form =
      x.shape.length === perm.length
        ? selection.op.permute?.(selection.attrs, inverse(perm), selection.inputs)
        : undefined;
    if (!form || !isIdentity(compose(form.perm, perm))) return false;
    const key = `${x.name}/${perm.join('')}`;
    if (!this.raised.has(key)) {
      const output: Value = { name: key, type: x.type, shape: permuteShape(x.shape, perm) };
      this.take({ name: key, op: transpose, attrs: { perm }, inputs: [x], output });
      this.raised.set(key, this.current(output));
    }
    const physical: Value = { ...node.output, name: `${node.output.name}/selected` };
    this.append({ ...selection, attrs: form.attrs, inputs: [this.raised.get(key)!, ...rest], output: physical });
    this.renamed.set(node.output, physical);
    return true;
  }

  /** Joins a transpose with the one before it; both may vanish. */
  private takeTranspose(node: Node): void {
    const before = this.transposeOf(node.inputs[0]!);
    const own = node.attrs.perm as Perm;
    const joined = before ? { ...node, inputs: [before.x], attrs: { perm: compose(before.perm, own) } } : node;
    if (isIdentity(joined.attrs.perm as Perm) && !this.outputs.has(node.output)) {
      this.renamed.set(node.output, joined.inputs[0]!);
    } else {
      this.append(joined);
    }
  }

  private transposeOf(value: Value): { x: Value; perm: Perm } | undefined {
    const maker = this.makers.get(value);
    return maker?.op === transpose ? { x: maker.inputs[0]!, perm: maker.attrs.perm as Perm } : undefined;
  }

  /** Runs the op on untransposed inputs and transposes its output instead; false where that is not possible or no gain. */
  private sink(node: Node): boolean {
    const { op, inputs, attrs, output } = node;
    const count = op.permutes ?? inputs.length;
    const moving = inputs.slice(0, count);
    const transposed = moving.map((input) => this.transposeOf(input));
    const perm = transposed.find((source) => source)?.perm;
    if (!perm) return false;
    const same = transposed.filter((source) => source && isIdentity(compose(source.perm, inverse(perm))));
    const others = moving.filter((input, index) => !input.data && !same.includes(transposed[index]));
    if (others.length > same.length || moving.some(({ shape, data }) => !data && shape.length !== perm.length))
      return false;
    const extended = moving.map((input) => (input.data ? extend(input, perm.length) : input));
    const form = op.permute?.(attrs, perm, [...extended, ...inputs.slice(count)]);
    if (!form) return false;
    const from = extended.map((input, index) =>
      same.includes(transposed[index]) ? transposed[index]!.x : this.untransposed(input, inverse(perm)),
    );
    from.push(...inputs.slice(count));
    const name = `${output.name}/last`;
    const physical: Value = { name, type: output.type, shape: permuteShape(output.shape, inverse(form.perm)) };
    this.append({ name: node.name, op, attrs: form.attrs, inputs: from, output: physical });
    this.takeTranspose({
      name: `${node.name}/first`,
      op: transpose,
      attrs: { perm: form.perm },
      inputs: [physical],
      output,
    });
    return true;
  }

  /**
   * A transpose before a reshape that merges axes is split: first the axes that are merged come together, the rest of the
   * transpose sinks. So a channel shuffle stays among the channels.
   */
  private arrange(node: Node): boolean {
    const before = this.transposeOf(node.inputs[0]!);
    if (!before) return false;
    const { x, perm } = before;
    const order = wholeParts(node.inputs[0]!.shape, node.output.shape, perm);
    const first = order.map((axis) => perm[axis]!);
    const rest = perm.map((_, axis) => order.indexOf(axis));
    if (isIdentity(rest) || isIdentity(first)) return false;
    const middle: Value = { ...node.inputs[0]!, name: `${node.name}/together`, shape: permuteShape(x.shape, first) };
    const moved: Value = { ...node.inputs[0]!, name: `${node.name}/moved` };
    this.append({ name: middle.name, op: transpose, attrs: { perm: first }, inputs: [x], output: middle });
    this.makers.delete(middle); // not to be joined with the rest again
    this.append({ name: moved.name, op: transpose, attrs: { perm: rest }, inputs: [middle], output: moved });
    node.inputs = [moved];
    return this.sink(node);
  }

  /** An input brought into the other order: a constant at once, another value by a transpose of its own. */
  private untransposed(value: Value, perm: Perm): Value {
    const output: Value = {
      name: `${value.name}/${perm.join('')}`,
      type: value.type,
      shape: permuteShape(value.shape, perm),
    };
    const node: Node = { name: output.name, op: transpose, attrs: { perm }, inputs: [value], output };
    if (value.data) output.data = this.evaluate(node);
    else this.takeTranspose(node);
    return this.current(output);
  }
}

/** A transpose that only moves axes of size 1 is a reshape. */
const withoutMoves = (node: Node): Node => {
  const perm = node.attrs.perm as Perm;
  const moving = perm.filter((axis) => node.inputs[0]!.shape[axis] !== 1);
  if (!moving.every((axis, i) => i === 0 || moving[i - 1]! < axis)) return node;
  const shape = node.output.shape.map((size, axis) => (axis === 0 && perm[0] === 0 ? 0 : size));
  return { ...node, op: reshape, attrs: { shape } };
};

/** Sinks and joins transposes. */
export const sinkTransposes = (graph: Graph, evaluate: Evaluate): void => {
  const sweep = new Sweep(evaluate, new Set(graph.outputs.map(({ value }) => value)));
  for (const node of graph.nodes) sweep.take(node);
  graph.nodes = sweep.nodes.map((node) => (node.op === transpose ? withoutMoves(node) : node));
  for (const output of graph.outputs) output.value = sweep.current(output.value);
};
