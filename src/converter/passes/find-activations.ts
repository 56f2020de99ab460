// Activations that exporters write as several nodes become one node.
//
//   x ---> add 3 -> clip [0, 6] --.
//     '---------------------------+-> mul -> div 6 -> y        x -> hardSwish -> y

import type { Node } from '../../ir/graph.js';
import { sameShape } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';
import { binary } from '../../ops/binary.js';
import { clip } from '../../ops/clip.js';
import { unary } from '../../ops/unary.js';
import type { Evaluate } from '../../runtime/evaluate-node.js';
import { createRecogniser, PROBES, vectorOf } from './activations.js';
import type { GraphEditor } from './editor.js';

/** More nodes than this do not make an activation: GELU by tanh takes ten. */
const MAX_NODES = 12;

/** Trees that are computed for one network at most, of 0.08 ms a node; networks have a few for each layer. */
const MAX_TREES = 4000;

/** Larger constants are not looked through for one number: no activation has them. */
const MAX_CONSTANT = 4096;

/** Single nodes that may be an activation in other words, by their kind. */
const WORDY: ReadonlySet<string> = new Set(['min', 'max', 'prelu']);

/** A value as a function of another: `nodes`, each after those that it reads, the last of which makes the value. */
type Tree = { nodes: readonly Node[]; source: Value };

/**
 * Replaces trees of elementwise nodes that compute an activation, however it is spelled: what they compute for some
 * numbers tells.
 */
export const findActivations = (editor: GraphEditor, evaluate: Evaluate): void => {
  const recognise = createRecogniser(evaluate);
  let trees = 0;
  for (const node of editor.each()) {
    let found: Pick<Node, 'op' | 'attrs' | 'inputs'> | undefined;
    for (const { nodes, source } of treesOf(node, editor)) {
      if (++trees > MAX_TREES) return;
      const activation = recognise(valuesOf({ nodes, source }, evaluate));
      if (activation) found = { ...activation, inputs: [source] }; // the largest tree counts
    }
    if (found) editor.change(node, found);
  }
};

/** The trees with one source that end with a node, the smallest first. */
function* treesOf(root: Node, editor: GraphEditor): Generator<Tree> {
  if (!isElementwise(root)) return;
  const nodes = [root];
  const sources = new Set(variablesOf(root));
  while (sources.size) {
    const [source] = sources;
    if (sources.size === 1 && sameShape(source!.shape, root.output.shape) && isLong(nodes))
      yield { nodes, source: source! };
    const last = lastMaker(sources, editor);
    if (!last || nodes.length === MAX_NODES || !isInner(last, nodes, root, editor)) return;
    nodes.unshift(last);
    sources.delete(last.output);
    for (const input of variablesOf(last)) sources.add(input);
  }
}

const isLong = (nodes: readonly Node[]): boolean => nodes.length > 1 || WORDY.has(nodes[0]!.attrs.kind as string);

/** The maker that runs last, before which all other sources are made; none if a source is an input of the network. */
const lastMaker = (sources: ReadonlySet<Value>, editor: GraphEditor): Node | undefined => {
  const makers = [...sources].map((source) => editor.maker(source)).filter((maker) => maker !== undefined);
  return makers.length ? makers.reduce((a, b) => (editor.isAfter(b, a) ? b : a)) : undefined;
};

/** Whether a node can join a tree: only nodes of the tree read its output. */
const isInner = (node: Node, tree: readonly Node[], root: Node, editor: GraphEditor): boolean =>
  isElementwise(node) &&
  sameShape(node.output.shape, root.output.shape) &&
  !editor.isOutput(node.output) &&
  editor.readers(node.output).every((reader) => tree.includes(reader));

/** Whether a node computes each element from that element of its variables and from numbers. */
const isElementwise = ({ op, inputs, output }: Node): boolean =>
  (op === unary || op === clip || op === binary) &&
  output.type === 'float32' &&
  inputs.every((input) => !input.data || isFilled(input));

/** Whether all elements of a constant are the same number. */
const isFilled = ({ data, type }: Value): boolean =>
  type === 'float32' && data!.length > 0 && data!.length <= MAX_CONSTANT && data!.every((value) => value === data![0]);

const variablesOf = ({ inputs }: Node): Value[] => inputs.filter(({ data }) => !data);

/** What a tree makes of `PROBES`. */
const valuesOf = ({ nodes, source }: Tree, evaluate: Evaluate): Float32Array => {
  const known = new Map([[source, vectorOf(source.name, PROBES)]]);
  const short = (input: Value): Value => known.get(input) ?? { ...input, shape: [], data: input.data!.slice(0, 1) };
  for (const node of nodes) {
    const inputs = node.inputs.map(short);
    const data = evaluate({ ...node, inputs, output: { ...node.output, shape: [PROBES.length] } });
    known.set(node.output, vectorOf(node.output.name, data as Float32Array));
  }
  return known.get(nodes.at(-1)!.output)!.data as Float32Array;
};
