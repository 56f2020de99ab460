// Integers that are differences from a zero point with the zero point added, then subtracted again, are the differences.
//
//   q -> dequantize 1 -> add z -> cast -> cast -> sub z -> quantize 1 -> dequantize s        q -> dequantize s
//
// What only moves them in between moves the differences. Inputs of the network are transposed before they are quantised.

import { asOp, firstInput, type Node } from '../../ir/graph.js';
import type { AnyOp } from '../../ir/op.js';
import { sameShape, sizeOf } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';
import { binary } from '../../ops/binary.js';
import { clip } from '../../ops/clip.js';
import { FARTHEST } from '../../ops/int8/checks.js';
import { dequantize, quantize } from '../../ops/int8/quantize.js';
import { concat } from '../../ops/concat.js';
import { pad } from '../../ops/pad.js';
import { pool } from '../../ops/pool.js';
import { cast } from '../../ops/rare/cast.js';
import { reshape } from '../../ops/reshape.js';
import { transpose } from '../../ops/transpose.js';
import { unary } from '../../ops/unary.js';
import type { GraphEditor } from '../passes/editor.js';
import { FARTHEST_BACK } from './integer-bounds.js';
import { movedBy } from './moves.js';
import { asDequantize, asQuantize } from './targets.js';

/** Lets layers read the differences that quantised values hold. */
export const readDifferences = (editor: GraphEditor): void => {
  const differences = new Differences(editor);
  for (const node of editor.each()) {
    differences.take(node);
    if (asQuantize(node)) joinQuantizes(node, editor);
    else if (node.op === transpose) raiseTranspose(node, editor);
  }
};

/** Numbers up to which floats hold all integers. */
const EXACT = 2 ** 24;

/** Ops that move elements and whose results are quantised again at once. */
const INT8_MOVES: ReadonlySet<AnyOp> = new Set<AnyOp>([concat, pool, reshape]);

/** Integers that an int8 value gave, with a number added, how many nodes ago, and the least and largest without the number. */
type Found = { plus: number; back: number; low: number; high: number };

/** The values that are integers of int8 values with a number added. */
class Differences {
  private readonly found = new Map<Value, Found>();
  /** What each of these values is without the number, as floats. */
  private readonly made = new Map<Value, Value>();

  constructor(private readonly editor: GraphEditor) {}

  /** Finds out about a node's output; a cast of such integers to floats is replaced by what they were made of. */
  take(node: Node): void {
    const found = this.foundOf(node);
    if (!found || found.back > FARTHEST_BACK || Math.abs(found.plus) >= EXACT) return;
    this.found.set(node.output, found);
    if (asOp(node, cast)?.attrs.to !== 'float32' || firstInput(node).type !== 'int32') return;
    const { plus } = found;
    const differences = this.differencesOf(node.output, node);
    if (plus === 0 && !this.editor.isOutput(node.output)) return this.editor.redirect(node.output, differences);
    const zero: Value = { name: `${node.name}/zero`, type: 'float32', shape: [], data: Float32Array.of(plus) };
    this.editor.change(node, { op: binary, attrs: { kind: 'add' }, inputs: [differences, zero] });
  }

  private foundOf(node: Node): Found | undefined {
    const source = asDequantize(node);
    if (source) {
      const made = asQuantize(this.editor.maker(source.x));
      const { low, high } = made?.attrs ?? { low: -FARTHEST, high: FARTHEST };
      return source.attrs.scale === 1 ? { plus: 0, back: 0, low, high } : undefined;
    }
    const parts = readBy(node).map((input) => this.found.get(input));
    const [first] = parts;
    if (!first || !parts.every((part) => part?.plus === first.plus)) return undefined;
    const all = parts as Found[];
    return {
      plus: first.plus + (sumOf(node)?.plus ?? 0),
      back: Math.max(...all.map(({ back }) => back)) + 1,
      low: Math.min(...all.map(({ low }) => low)),
      high: Math.max(...all.map(({ high }) => high)),
    };
  }

  /** Such integers without the number, as floats that are made before `place`. */
  private differencesOf(value: Value, place: Node): Value {
    const known = this.made.get(value);
    if (known && this.editor.isMade(known)) return known;
    const maker = this.editor.maker(value)!;
    const result =
      this.found.get(value)!.back === 0
        ? value
        : maker.op === cast || sumOf(maker)
          ? this.differencesOf(firstInput(maker), place)
          : this.moved(maker, place);
    this.made.set(value, result);
    return result;
  }

  private moved(maker: Node, place: Node): Value {
    const moving = readBy(maker);
    const inputs = maker.inputs.map((input) => (moving.includes(input) ? this.differencesOf(input, place) : input));
    const { name, shape } = maker.output;
    const output: Value = { name: `${name}/differences`, type: 'float32', shape };
    this.editor.insert(place, { ...maker, name: output.name, inputs, output });
    return INT8_MOVES.has(maker.op) ? this.asIntegers(output, this.found.get(maker.output)!, place) : output;
  }

  /** Differences as an int8 value again, so that what moves them can take its int8 form. */
  private asIntegers(differences: Value, { low, high }: Found, place: Node): Value {
    if (high - low > FARTHEST) return differences;
    const integers: Value = { ...differences, name: `${differences.name}/int8`, type: 'int8' };
    const again: Value = { ...differences, name: `${differences.name}/floats` };
    this.editor.insert(
      place,
      { name: integers.name, op: quantize, attrs: { scale: 1, low, high }, inputs: [differences], output: integers },
      { name: again.name, op: dequantize, attrs: { scale: 1 }, inputs: [integers], output: again },
    );
    return again;
  }
}

/** The inputs whose elements make up a node's output, perhaps with a number added. What pads add is not such an element. */
const readBy = (node: Node): readonly Value[] => {
  const { op, attrs, inputs } = node;
  const moved = op === pad ? undefined : movedBy(node);
  if (moved) return moved;
  return (op === cast && attrs.to !== 'bool') || sumOf(node) ? inputs.slice(0, 1) : [];
};

/** A whole number that a node adds to its first input. */
const sumOf = (node: Node): { plus: number } | undefined => {
  const sum = asOp(node, binary);
  const number = sum?.b.data?.[0];
  if (!sum || number === undefined || sizeOf(sum.b.shape) !== 1) return undefined;
  if (!sameShape(sum.a.shape, node.output.shape) || !Number.isInteger(number) || Math.abs(number) >= EXACT)
    return undefined;
  const { kind } = sum.attrs;
  return kind === 'add' || kind === 'sub' ? { plus: kind === 'add' ? number : -number } : undefined;
};

/** A value that is quantised again to the integers that it has, or by two nodes, is quantised once. */
const joinQuantizes = (node: Node, editor: GraphEditor): void => {
  const { x, attrs } = asQuantize(node)!;
  const before = asDequantize(editor.maker(x));
  const first = before && asQuantize(editor.maker(before.x));
  if (first && before.attrs.scale === attrs.scale && first.attrs.low >= attrs.low && first.attrs.high <= attrs.high)
    return editor.redirect(node.output, before.x);
  const isSame = (other: Node) => {
    const own = other !== node && asQuantize(other);
    return own && own.attrs.scale === attrs.scale && own.attrs.low === attrs.low && own.attrs.high === attrs.high;
  };
  for (const other of editor.readers(x))
    if (isSame(other) && editor.isAfter(other, node)) editor.redirect(other.output, node.output);
};

/** How many nodes are looked at between an input of the network and where it is quantised. */
const NEAR = 16;

/** Ops of one array that an exporter may put after an input of the network. */
const FIRST_OPS: ReadonlySet<AnyOp> = new Set<AnyOp>([binary, cast, clip, unary]);

/** Whether no layer comes before a value. */
const isEarly = (value: Value, editor: GraphEditor): boolean => {
  let x: Value | undefined = value;
  for (let step = 0; x && step < NEAR; step++) {
    const maker = editor.maker(x);
    if (!maker) return true;
    const inputs: Value[] = maker.inputs.filter(({ data }) => !data);
    x = FIRST_OPS.has(maker.op) && inputs.length === 1 ? inputs[0] : undefined;
  }
  return false;
};

/** Transposes what the network is given before it is quantised, instead of its integers turned back into floats. */
const raiseTranspose = (node: Node, editor: GraphEditor): void => {
  const floats = asDequantize(editor.maker(firstInput(node)));
  const integers = floats && asQuantize(editor.maker(floats.x));
  if (!integers || !isEarly(integers.x, editor)) return;
  const { shape } = node.output;
  const named = (name: string, type: Value['type']): Value => ({ name: `${node.name}/${name}`, type, shape });
  const [moved, again] = [named('moved', 'float32'), named('integers', 'int8')];
  editor.replace(
    node,
    { ...node, name: moved.name, inputs: [integers.x], output: moved },
    { ...integers.node, name: again.name, inputs: [moved], output: again },
    { ...floats.node, inputs: [again], output: node.output },
  );
};
