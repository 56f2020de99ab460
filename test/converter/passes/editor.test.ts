// The graph editor: its queries, its edits, and its verification of graphs.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GraphEditor } from '../../../src/converter/passes/editor.js';
import { clip } from '../../../src/ops/clip.js';
import { nodeOf, valueOf } from '../../support/graph-runner.js';
import { Builder, opsOf } from '../../support/network-builder.js';

const layer = (b: Builder) => b.convLast(b.input(1, 4, 5, 3), 6);

/** An editor of a layer between two bounds: x -> conv -> clip a -> clip b. */
const chain = () => {
  const b = new Builder();
  const x = layer(b);
  const y = b.clip(x, 0, 6);
  const editor = new GraphEditor(b.graph(b.clip(y, 0, 1)));
  const [conv, first, last] = editor.nodes as [Node, Node, Node];
  return { editor, x, y, conv, first, last };
};

type Node = GraphEditor['nodes'][number];

const clipNode = (name: string, x: Node['output'], low = 0): Node => nodeOf(clip, { low, high: 1 }, [x], name);

test('makers and readers', () => {
  const { editor, x, y, conv, first, last } = chain();
  assert.is(editor.maker(x), conv);
  assert.is(editor.maker(conv.inputs[0]!), undefined);
  assert.equal(editor.readers(x), [first]);
  assert.equal(editor.readers(last.output), []);
  assert.ok(editor.isAfter(last, conv));
  assert.not(editor.isAfter(conv, last));
  assert.ok(editor.isMade(y) && editor.isMade(conv.inputs[0]!) && editor.isMade(conv.inputs[1]!));
  assert.not(editor.isMade(valueOf('other', [1])));
});

test('the sole reader reads a value once, and the network does not return it', () => {
  const { editor, x, y, first, last } = chain();
  assert.is(editor.soleReader(x), first);
  assert.is(editor.soleReader(y), last);
  assert.is(editor.soleReader(last.output), undefined);
  const b = new Builder();
  const [twice, returned, shared] = [layer(b), b.clip(b.inputs[0]!, 0, 1), b.clip(b.inputs[0]!, 0, 2)];
  const sum = b.binary('add', twice, twice);
  const other = new GraphEditor(
    b.graph(sum, returned, b.clip(returned, 0, 3), b.clip(shared, 0, 1), b.clip(shared, 0, 2)),
  );
  for (const value of [twice, returned, shared]) assert.is(other.soleReader(value), undefined);
});

test('nodes that no output needs are dropped', () => {
  const b = new Builder();
  const x = layer(b);
  b.clip(b.convLast(x, 6), 0, 1);
  assert.equal(opsOf(new GraphEditor(b.graph(b.clip(x, 0, 1))).graph), ['conv', 'clip']);
});

test('the graph that is edited stays as it was', () => {
  const b = new Builder();
  const x = layer(b);
  const graph = b.graph(b.clip(x, 0, 1));
  const editor = new GraphEditor(graph);
  editor.redirect(graph.outputs[0]!.value, x);
  assert.equal(opsOf(editor.graph), ['conv']);
  assert.equal(opsOf(graph), ['conv', 'clip']);
  assert.is.not(graph.outputs[0]!.value, x);
});

test('a changed node reads other inputs, and nodes that nothing reads any more are removed', () => {
  const { editor, x, y, first, last } = chain();
  editor.change(last, { inputs: [x] });
  assert.equal(editor.readers(x), [last]);
  assert.is(editor.maker(y), undefined);
  assert.not(editor.nodes.includes(first));
  editor.verify();
});

test('a node is replaced by others', () => {
  const { editor, y, first, last } = chain();
  const before = clipNode('before', first.inputs[0]!, -1);
  editor.replace(first, before, { ...clipNode('after', before.output), output: y });
  assert.equal(editor.nodes.map(({ name }) => name).slice(1), ['before', 'after', last.name]);
  assert.ok(editor.isAfter(editor.nodes[2]!, before));
  editor.verify();
});

test('nodes are inserted before another', () => {
  const { editor, y, first, last } = chain();
  const added = clipNode('added', y);
  editor.insert(last, added);
  editor.change(last, { inputs: [added.output] });
  assert.equal(editor.nodes.slice(1), [first, added, last]);
  editor.verify();
});

test('readers and outputs are redirected, and the maker goes with all that only it read', () => {
  const { editor, x, conv, last } = chain();
  editor.redirect(last.output, x);
  assert.equal(editor.nodes, [conv]);
  assert.is(editor.graph.outputs[0]!.value, x);
  assert.ok(editor.isOutput(x));
  editor.verify();
});

test('nodes come up in order, except those that are removed or added meanwhile', () => {
  const { editor, y, conv, first, last } = chain();
  const seen: Node[] = [];
  for (const node of editor.each()) {
    seen.push(node);
    if (node === conv) editor.redirect(y, conv.output);
    if (node === last) editor.replace(last, { ...clipNode('new', conv.output), output: last.output });
  }
  assert.equal(seen, [conv, last]);
  assert.not(editor.nodes.includes(first));
});

test('edits are counted', () => {
  const { editor, last } = chain();
  const before = editor.edits;
  editor.change(last, { attrs: { low: 0, high: 2 } });
  assert.is(editor.edits, before + 1);
});

test('an input that is computed later, or never, is detected', () => {
  const { editor, first, last } = chain();
  editor.change(first, { inputs: [last.output] });
  assert.throws(() => editor.verify(), /node 'clip1' \(clip\): input 'clip2:0' is not made before it/);
});

test('a value that is computed twice is detected', () => {
  const { editor, x, first } = chain();
  editor.insert(first, { ...clipNode('second', x), output: x });
  assert.throws(() => editor.verify(), /output 'conv0:0' is made twice/);
});

test('a value whose shape or type differs from its op is detected', () => {
  const { editor, first } = chain();
  editor.replace(first, { ...first, output: { ...first.output, shape: [1, 4, 5, 2] } });
  assert.throws(() => editor.verify(), /makes float32\[1,4,5,6\]; its output is float32\[1,4,5,2\]/);
  const other = chain();
  other.editor.replace(other.first, { ...other.first, output: { ...other.first.output, type: 'int32' } });
  assert.throws(() => other.editor.verify(), /its output is int32\[1,4,5,6\]/);
});

test('an output of the network that is never computed is detected', () => {
  const { editor, x, last } = chain();
  editor.redirect(last.output, valueOf('other', x.shape));
  assert.throws(() => editor.verify(), /output 'clip2:0' of the network is not made/);
});

test.run();
