// Einsum: products of tensors, summed over the letters that the result does not have.

import { matmul } from '../../../ops/matmul.js';
import { gather } from '../../../ops/rare/gather.js';
import { sizeOf } from '../../../ir/tensor.js';
import type { Value } from '../../../ir/value.js';
import type { Builder } from '../../reading/builder.js';
import { reduced } from '../../reading/calculate.js';
import { refuse } from '../../reading/refusal.js';
import type { Rule, Rules } from './rule.js';

/** A value with a letter for each axis; axes of an ellipsis have the letters 0, 1, ... from the last one on. */
type Term = { x: Value; letters: readonly string[] };

const lettersOf = (term: string, rank: number): string[] => {
  const [before = '', after, more] = term.split('...');
  const named = [...before, ...(after ?? '')];
  const open = rank - named.length;
  const isValid = named.every((letter) => /[A-Za-z]/.test(letter)) && more === undefined;
  if (!isValid || open < 0 || (after === undefined && open > 0))
    refuse(`the term '${term}' does not fit an input of ${rank} dimensions`);
  const dots = Array.from({ length: open }, (_, i) => String(open - 1 - i));
  return [...before, ...dots, ...(after ?? '')];
};

/** The letters of the result; without an arrow, those of the ellipsis and then all that occur once, sorted. */
const resultOf = (equation: string, terms: readonly Term[]): string[] => {
  const all = terms.flatMap(({ letters }) => letters);
  const rank = Math.max(0, ...all.filter((letter) => /\d/.test(letter)).map((letter) => Number(letter) + 1));
  const right = equation.split('->')[1];
  if (right !== undefined)
    return lettersOf(right, right.replace('...', '').length + (right.includes('...') ? rank : 0));
  const once = all.filter((letter) => /\D/.test(letter) && all.indexOf(letter) === all.lastIndexOf(letter));
  return [...lettersOf('...', rank), ...once.sort()];
};

/** The term with each letter once: of axes with the same letter, the diagonal. */
const withoutRepeats = (build: Builder, { x, letters }: Term): Term => {
  const second = letters.findIndex((letter, axis) => letters.indexOf(letter) < axis);
  if (second < 0) return { x, letters };
  const first = letters.indexOf(letters[second]!);
  const size = x.shape[first]!;
  if (x.shape[second] !== size) refuse(`axes of ${size} and ${x.shape[second]} share the letter ${letters[first]}`);
  const kept = [...letters.keys()].filter((axis) => axis !== first && axis !== second);
  const moved = build.transpose(x, [...kept, first, second]);
  const rest = kept.map((axis) => x.shape[axis]!);
  const flat = build.reshape(moved, [...rest, size * size]);
  const places = build.listed([size], 'int64', (i) => i * (size + 1));
  const diagonal = build.op(gather, { axis: rest.length }, [flat, places]);
  return withoutRepeats(build, { x: diagonal, letters: [...kept.map((axis) => letters[axis]!), letters[first]!] });
};

/** Sums over the letters that `keep` does not have. */
const summed = (build: Builder, { x, letters }: Term, keep: ReadonlySet<string>): Term => {
  const axes = [...letters.keys()].filter((axis) => !keep.has(letters[axis]!));
  return { x: reduced(build, 'sum', x, axes, false), letters: letters.filter((letter) => keep.has(letter)) };
};

const ordered = (build: Builder, { x, letters }: Term, order: readonly string[]): Value =>
  build.transpose(
    x,
    order.map((letter) => letters.indexOf(letter)),
  );

const sizesOf = ({ x, letters }: Term, of: readonly string[]): number[] =>
  of.map((letter) => x.shape[letters.indexOf(letter)]!);

/** Axes of size 1 whose letter is longer in the other term say nothing. */
const withoutOnes = (build: Builder, { x, letters }: Term, other: Term): Term => {
  const isOne = (letter: string, axis: number) =>
    x.shape[axis] === 1 && other.letters.includes(letter) && sizesOf(other, [letter])[0] !== 1;
  const kept = [...letters.keys()].filter((axis) => !isOne(letters[axis]!, axis));
  const shape = kept.map((axis) => x.shape[axis]!);
  return { x: build.reshape(x, shape), letters: kept.map((axis) => letters[axis]!) };
};

/** The product of two terms, summed over the letters that `keep` does not have, as a stack of products of matrices. */
const product = (build: Builder, left: Term, right: Term, keep: ReadonlySet<string>): Term => {
  const [p, q] = [withoutOnes(build, left, right), withoutOnes(build, right, left)];
  const a = summed(build, p, new Set([...keep, ...q.letters]));
  const b = summed(build, q, new Set([...keep, ...p.letters]));
  const both = a.letters.filter((letter) => b.letters.includes(letter));
  const [stack, inner] = [true, false].map((is) => both.filter((letter) => keep.has(letter) === is)) as [
    string[],
    string[],
  ];
  const [rows, columns] = [a, b].map(({ letters }) => letters.filter((letter) => !both.includes(letter))) as [
    string[],
    string[],
  ];
  const wrong = both.find((letter) => sizesOf(a, [letter])[0] !== sizesOf(b, [letter])[0]);
  if (wrong) refuse(`the letter ${wrong} has sizes ${sizesOf(a, [wrong])[0]} and ${sizesOf(b, [wrong])[0]}`);
  const lead = sizesOf(a, stack);
  const [height, depth, width] = [sizesOf(a, rows), sizesOf(a, inner), sizesOf(b, columns)];
  const x = build.reshape(ordered(build, a, [...stack, ...rows, ...inner]), [...lead, sizeOf(height), sizeOf(depth)]);
  const y = build.reshape(ordered(build, b, [...stack, ...inner, ...columns]), [...lead, sizeOf(depth), sizeOf(width)]);
  const z = build.op(matmul, { low: -Infinity, high: Infinity }, [x, y]);
  return { x: build.reshape(z, [...lead, ...height, ...width]), letters: [...stack, ...rows, ...columns] };
};

const einsum: Rule = (node, build) => {
  const equation = node.text('equation').replaceAll(' ', '');
  const listed = equation.split('->')[0]!.split(',');
  const inputs = node.all();
  if (listed.length !== inputs.length) refuse(`'${equation}' has ${listed.length} terms for ${inputs.length} inputs`);
  const given = inputs.map((x, i) => ({ x, letters: lettersOf(listed[i]!, x.shape.length) }));
  const result = resultOf(equation, given);
  const terms = given.map((term) => withoutRepeats(build, term));
  const total = terms.slice(1).reduce((left, right, i) => {
    const later = terms.slice(i + 2).flatMap(({ letters }) => letters);
    return product(build, left, right, new Set([...result, ...later]));
  }, terms[0]!);
  const last = summed(build, total, new Set(result));
  const missing = result.find((letter) => !last.letters.includes(letter));
  if (missing) refuse(`'${equation}' has the letter ${missing} in the result alone`);
  return ordered(build, last, result);
};

export const einsumRules: Rules = { Einsum: einsum };
