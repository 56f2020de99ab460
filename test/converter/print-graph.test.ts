// Graphs as text.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { printGraph } from '../../src/converter/print-graph.js';
import { valueOf } from '../support/graph-runner.js';
import { Builder } from '../support/network-builder.js';
import { gather } from '../../src/ops/rare/gather.js';

test('one line for each input, node and output', () => {
  const b = new Builder();
  const x = b.convLast(b.input(1, 4, 4, 2), 3, { low: 0 });
  const indices = { ...valueOf('indices', [3], 'int64'), data: Int32Array.of(2, 0, 1) };
  const y = b.add(gather, { axis: 3 }, b.binary('mul', x, b.constant([])), indices);
  const lines = printGraph(b.graph(y, x)).split('\n');
  assert.is(lines.length, 6);
  assert.is(lines[0], 'input  x0: float32[1,4,4,2]');
  assert.is(
    lines[1],
    'conv0:0: float32[1,4,4,3] = conv(x0, float32[3,3,3,2], float32[3]) ' +
      '{kernel: [3,3], strides: [1,1], dilations: [1,1], pads: [1,1,1,1], group: 1, low: 0}',
  );
  assert.match(lines[2]!, /^binary1:0: float32\[1,4,4,3\] = binary\(conv0:0, -?[\d.]+\) \{kind: mul\}$/);
  assert.is(lines[3], 'gather2:0: float32[1,4,4,3] = gather(binary1:0, int64[3]) {axis: 3}');
  assert.equal(lines.slice(4), ['output gather2:0 = gather2:0', 'output conv0:0 = conv0:0']);
});

test('blocks and long lists are cut', () => {
  const b = new Builder();
  const all = Array.from({ length: 9 }, (_, i) => i);
  const blocks = [
    { inputs: [0], outputs: [1] },
    { inputs: all, outputs: [0] },
    { inputs: [2], outputs: [2] },
  ];
  const x = b.convLast(b.input(1, 1, 1, 9), 3, { kernel: [1, 1], pads: [0, 0, 0, 0] });
  const graph = b.graph(x);
  graph.nodes[0]!.attrs = { ...graph.nodes[0]!.attrs, blocks };
  assert.ok(printGraph(graph).includes('blocks: [0]->[1] [0,1,2,3,4,5,6,7,... 9 in all]->[0] ... 3 in all}'));
});

test.run();
