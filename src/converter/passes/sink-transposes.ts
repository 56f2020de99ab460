// Transposes move towards the outputs, past every op that has a form for permuted axes, until they meet their inverse.
// The reader of ONNX puts spatial ops between transposes to and from channels-last; what is left of them is at the borders.
//
//   x -> to last -> conv -> to first -> clip -> to last -> conv -> to first -> y
//   x -> to last -> conv -> clip -> conv -> to first -> y

import { firstInput, type Node } from '../../ir/graph.js';
import type { AnyOp } from '../../ir/op.js';
import type { Value } from '../../ir/value.js';
import { gather } from '../../ops/rare/gather.js';
import { reshape } from '../../ops/reshape.js';
import { wholeParts } from '../rewrites/reshape.js';
import { slice } from '../../ops/slice.js';
import { transpose } from '../../ops/transpose.js';
import { compose, invert, isIdentity } from '../../ops/shared/permutation.js';
import type { Evaluate } from '../../runtime/evaluate-node.js';
import type { GraphEditor } from './editor.js';
import { rewritesOf } from '../rewrites/index.js';
import { transposeNode } from './transpose-node.js';

type Perm = readonly number[];

/** Ops that take some places of one array. */
const SELECTIONS: ReadonlySet<AnyOp> = new Set([gather, slice]);

/** Sinks and joins transposes. */
export const sinkTransposes = (editor: GraphEditor, evaluate: Evaluate): void => {
  const sink = new TransposeSink(editor, evaluate);
  for (const node of editor.each()) sink.take(node);
  for (const node of editor.each()) if (node.op === transpose) replaceByReshape(node, editor);
};

class TransposeSink {
  /** What values are when transposed, by the value and permutation. */
  private readonly known = new Map<Value, Map<string, Value>>();

  constructor(
    private readonly editor: GraphEditor,
    private readonly evaluate: Evaluate,
  ) {}

  /** Moves the transposes that a node reads past it, or joins it with the one before it if it is a transpose itself. */
  take(node: Node): void {
    if (node.op === transpose) this.takeTranspose(node);
    else if (!this.sink(node) && node.op === reshape) this.split(node);
  }

  private takeTranspose(node: Node): void {
    const [x] = node.inputs as [Value];
    const perm = node.attrs.perm as Perm;
    const isOutput = this.editor.isOutput(node.output);
    const raised = isOutput ? undefined : this.raise(node, x, perm, `${node.output.name}/selected`);
    if (raised) return this.editor.redirect(node.output, raised);
    const before = this.transposeOf(x);
    const joined = before ? { x: before.x, perm: compose(before.perm, perm) } : { x, perm };
    const same = isIdentity(joined.perm) ? joined.x : this.knownFor(joined.x, joined.perm);
    if (same && !isOutput) return this.editor.redirect(node.output, same);
    if (before) this.editor.change(node, { inputs: [joined.x], attrs: { perm: joined.perm } });
    this.remember(joined.x, joined.perm, node.output);
  }

  /** The value `transpose(x, perm)`, if a node makes it already. */
  private knownFor(x: Value, perm: Perm): Value | undefined {
    const before = this.known.get(x)?.get(perm.join());
    return before && this.editor.isMade(before) ? before : undefined;
  }

  private remember(x: Value, perm: Perm, transposed: Value): void {
    const known = this.known.get(x) ?? new Map<string, Value>();
    this.known.set(x, known.set(perm.join(), transposed));
  }

  /** The value `transpose(x, perm)`, made before `place`; the source of x if x is transposed from it and back. */
  private transposed(place: Node, x: Value, perm: Perm): Value {
    const before = this.transposeOf(x);
    const joined = before ? compose(before.perm, perm) : perm;
    if (before && isIdentity(joined)) return before.x;
    const node = transposeNode(`${x.name}/${perm.join('')}`, before?.x ?? x, joined);
    this.editor.insert(place, node);
    return node.output;
  }

  /**
   * A transpose of selected channels, or other places, becomes the same selection from what is transposed before. That is
   * done once for all selections from a value.
   */
  private raise(place: Node, selected: Value, perm: Perm, name: string): Value | undefined {
    const selection = this.editor.maker(selected);
    if (!selection || !SELECTIONS.has(selection.op)) return undefined;
    const [x, ...rest] = selection.inputs as [Value, ...Value[]];
    if (x.shape.length !== perm.length) return undefined;
    const form = rewritesOf(selection.op).permute?.(selection.inputs, selection.attrs, invert(perm));
    if (!form || !isIdentity(compose(form.perm, perm))) return undefined;
    const output: Value = { ...selected, name, shape: compose(selected.shape, perm) };
    const inputs = [this.raisedSource(place, x, perm), ...rest];
    this.editor.insert(place, { ...selection, attrs: form.attrs, inputs, output });
    return output;
  }

  private raisedSource(place: Node, x: Value, perm: Perm): Value {
    const before = this.knownFor(x, perm);
    if (before) return before;
    const source = this.raise(place, x, perm, `${x.name}/${perm.join('')}/selected`) ?? this.transposed(place, x, perm);
    this.remember(x, perm, source);
    return source;
  }

  private transposeOf(value: Value): { x: Value; perm: Perm } | undefined {
    const maker = this.editor.maker(value);
    return maker?.op === transpose ? { x: firstInput(maker), perm: maker.attrs.perm as Perm } : undefined;
  }

  /** Runs the op on untransposed inputs and transposes its output instead; false if that is not possible or no gain. */
  private sink(node: Node): boolean {
    const { op, inputs, attrs, output } = node;
    const { permute, permutedInputs: count = inputs.length } = rewritesOf(op);
    const moving = inputs.slice(0, count);
    const transposed = moving.map((input) => this.transposeOf(input));
    const perm = transposed.find((source) => source)?.perm;
    if (!perm) return false;
    const same = transposed.filter((source) => source && isIdentity(compose(source.perm, invert(perm))));
    const others = moving.filter((input, index) => !input.data && !same.includes(transposed[index]));
    if (others.length > same.length || moving.some((input) => !hasAxesOf(input, perm))) return false;
    const extended = moving.map((input) => (input.data ? extend(input, perm.length) : input));
    const form = permute?.([...extended, ...inputs.slice(count)], attrs, perm);
    if (!form) return false;
    const sources = extended.map((input, index) =>
      same.includes(transposed[index]) ? transposed[index]!.x : this.untransposed(node, input, invert(perm)),
    );
    const shape = compose(output.shape, invert(form.perm));
    const physical: Value = { name: `${output.name}/last`, type: output.type, shape };
    const moved: Node = { ...node, attrs: form.attrs, inputs: [...sources, ...inputs.slice(count)], output: physical };
    if (isIdentity(form.perm) && !this.editor.isOutput(output)) {
      this.editor.replace(node, moved);
      this.editor.redirect(output, physical);
    } else {
      this.editor.replace(node, moved, { ...transposeNode(`${node.name}/first`, physical, form.perm), output });
    }
    return true;
  }

  /**
   * A transpose before a reshape that merges axes is split: first the axes that are merged come together, the rest of the
   * transpose sinks. So a channel shuffle stays among the channels.
   */
  private split(node: Node): void {
    const [input] = node.inputs as [Value];
    const before = this.transposeOf(input);
    if (!before) return;
    const { x, perm } = before;
    const order = wholeParts(input.shape, node.output.shape, perm);
    const first = order.map((axis) => perm[axis]!);
    const rest = perm.map((_, axis) => order.indexOf(axis));
    if (isIdentity(rest) || isIdentity(first)) return;
    const together = transposeNode(`${node.name}/together`, x, first);
    const moved = transposeNode(`${node.name}/moved`, together.output, rest);
    this.editor.insert(node, together, moved);
    this.editor.change(node, { inputs: [moved.output] });
    this.sink(node);
  }

  /** An input brought into the other order: a constant at once, another value by a transpose of its own. */
  private untransposed(place: Node, value: Value, perm: Perm): Value {
    if (!value.data) return this.transposed(place, value, perm);
    const node = transposeNode(`${value.name}/${perm.join('')}`, value, perm);
    return { ...node.output, data: this.evaluate(node) };
  }
}

/** A transpose that only moves axes of size 1 is a reshape. */
const replaceByReshape = (node: Node, editor: GraphEditor): void => {
  const perm = node.attrs.perm as Perm;
  const long = perm.filter((axis) => firstInput(node).shape[axis] !== 1);
  if (!long.every((axis, i) => i === 0 || long[i - 1]! < axis)) return;
  const shape = node.output.shape.map((size, axis) => (axis === 0 && perm[0] === 0 ? 0 : size));
  editor.change(node, { op: reshape, attrs: { shape } });
};

/** Whether a value has as many axes as are transposed; constants may have fewer, which `extend` adds. */
const hasAxesOf = ({ shape, data }: Value, perm: readonly number[]): boolean =>
  data ? shape.length <= perm.length : shape.length === perm.length;

/** A constant with leading axes of size 1 up to `rank`, as broadcasting sees it. */
const extend = (value: Value, rank: number): Value =>
  value.shape.length === rank
    ? value
    : { ...value, shape: [...new Array<number>(rank - value.shape.length).fill(1), ...value.shape] };
