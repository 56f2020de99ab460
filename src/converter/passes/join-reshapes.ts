// Reshapes that undo each other go, also if channels are selected between them.
//
//   x [N, H, W, C] -> reshape [N, H*W, C] -> gather (order) -> reshape [N, H, W, C] -> y        x -> gather (order) -> y

import { firstInput, type Node } from '../../ir/graph.js';
import { sameShape } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';
import { gather } from '../../ops/rare/gather.js';
import { compose } from '../../ops/shared/permutation.js';
import { reshape } from '../../ops/reshape.js';
import { rewritesOf } from '../rewrites/index.js';
import { isChannelwise } from './channelwise.js';
import type { GraphEditor } from './editor.js';

/** Removes reshapes that bring back the shape of before. */
export const joinReshapes = (editor: GraphEditor): void => {
  for (const node of editor.each()) {
    if (node.op !== reshape || editor.isOutput(node.output)) continue;
    const origin = originOf(node, editor);
    if (!origin) continue;
    const { x, indices } = origin;
    if (!indices) editor.redirect(node.output, x);
    else editor.change(node, { op: gather, attrs: { axis: x.shape.length - 1 }, inputs: [x, listOf(node, indices)] });
  }
};

/** What the output of a reshape is, or is selected from, before it got another shape. */
type Origin = { x: Value; indices: readonly number[] | undefined };

const originOf = (last: Node, editor: GraphEditor): Origin | undefined => {
  let x = firstInput(last);
  let indices: readonly number[] | undefined;
  let keepsChannels = isChannelwise(last);
  for (let maker = editor.maker(x); maker; maker = editor.maker(x)) {
    const own = rewritesOf(maker.op).asSelection?.(maker.inputs, maker.attrs);
    if (own ? !editor.soleReader(x) : maker.op !== reshape) return undefined;
    if (own) indices = indices ? compose(own, indices) : own;
    else keepsChannels &&= isChannelwise(maker);
    if (indices && !keepsChannels) return undefined;
    x = firstInput(maker);
    const width = indices ? last.output.shape.at(-1)! : x.shape.at(-1)!;
    if (maker.op === reshape && sameShape([...x.shape.slice(0, -1), width], last.output.shape)) return { x, indices };
  }
  return undefined;
};

const listOf = ({ name }: Node, indices: readonly number[]): Value => ({
  name: `${name}/indices`,
  shape: [indices.length],
  type: 'int32',
  data: Int32Array.from(indices),
});
