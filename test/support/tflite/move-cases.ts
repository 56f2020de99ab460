// Cases of arrays that are taken apart, rearranged and put together.

import { x, floats, values, ints, truths, type TfliteCase } from './case.js';

const movements: TfliteCase[] = [
  { name: 'RESHAPE', op: 'RESHAPE', inputs: [x([2, 3, 4]), ints([4, -1])] },
  { name: 'RESHAPE by an option', op: 'RESHAPE', inputs: [x([2, 3, 4])], options: { new_shape: [-1, 12] } },
  { name: 'SQUEEZE', op: 'SQUEEZE', inputs: [x([1, 3, 1, 4])], options: { squeeze_dims: [-2] } },
  { name: 'SQUEEZE of all', op: 'SQUEEZE', inputs: [x([1, 3, 1, 4])] },
  { name: 'EXPAND_DIMS', op: 'EXPAND_DIMS', inputs: [x([2, 3]), ints([-1], [])] },
  { name: 'TRANSPOSE', op: 'TRANSPOSE', inputs: [x([2, 3, 4, 2]), ints([0, 3, 1, 2])] },
  { name: 'PAD', op: 'PAD', inputs: [x([1, 3, 2, 2]), ints([0, 0, 1, 2, 0, 1, 1, 0], [4, 2])] },
  { name: 'PADV2', op: 'PADV2', inputs: [x([3, 2]), ints([1, 0, 0, 2], [2, 2]), values([7], [])] },
  {
    name: 'MIRROR_PAD reflect',
    op: 'MIRROR_PAD',
    inputs: [x([1, 4, 3, 2]), ints([0, 0, 2, 1, 1, 2, 0, 0], [4, 2])],
    options: { mode: { byte: 0 } },
  },
  {
    name: 'MIRROR_PAD symmetric',
    op: 'MIRROR_PAD',
    inputs: [x([1, 4, 3, 2]), ints([0, 0, 2, 1, 3, 2, 0, 0], [4, 2])],
    options: { mode: { byte: 1 } },
  },
  {
    name: 'CONCATENATION',
    op: 'CONCATENATION',
    inputs: [x([1, 2, 3]), floats([1, 2, 2]), x([1, 2, 1])],
    options: { axis: -1 },
  },
  { name: 'PACK', op: 'PACK', inputs: [x([2, 3]), x([2, 3])], options: { values_count: 2, axis: 1 } },
  { name: 'UNPACK', op: 'UNPACK', inputs: [x([2, 3])], options: { num: 3, axis: 1 }, outputs: [0, 0, 0] },
  { name: 'SPLIT', op: 'SPLIT', inputs: [ints([2], []), x([1, 2, 6])], options: { num_splits: 3 }, outputs: [0, 0, 0] },
  {
    name: 'SPLIT_V',
    op: 'SPLIT_V',
    inputs: [x([1, 7]), ints([2, -1, 1]), ints([1], [])],
    options: { num_splits: 3 },
    outputs: [0, 0, 0],
  },
  {
    name: 'SLICE',
    op: 'SLICE',
    inputs: [x([2, 5, 4]), ints([0, 1, 2]), ints([2, 3, -1])],
    outputs: [{ shape: [2, 3, 2] }],
  },
  {
    name: 'STRIDED_SLICE',
    op: 'STRIDED_SLICE',
    inputs: [x([3, 7, 4]), ints([0, 5, 1]), ints([0, 0, 3]), ints([1, -2, 1])],
    options: { begin_mask: 1, end_mask: 1 },
  },
  {
    name: 'STRIDED_SLICE that loses an axis',
    op: 'STRIDED_SLICE',
    inputs: [x([3, 4, 5]), ints([0, -1, 1]), ints([2, 0, 4]), ints([1, 1, 2])],
    options: { shrink_axis_mask: 2 },
  },
  {
    name: 'STRIDED_SLICE with an ellipsis and a new axis',
    op: 'STRIDED_SLICE',
    inputs: [x([3, 4, 5]), ints([0, 0, 1]), ints([0, 0, 4]), ints([1, 1, 1])],
    options: { ellipsis_mask: 1, new_axis_mask: 2 },
  },
  { name: 'GATHER', op: 'GATHER', inputs: [x([2, 4, 3]), ints([3, 0, 3, 1])], options: { axis: 1 } },
  { name: 'REVERSE_V2', op: 'REVERSE_V2', inputs: [x([2, 3, 2]), ints([1])] },
  { name: 'TILE', op: 'TILE', inputs: [x([2, 3]), ints([2, 2])] },
  { name: 'BROADCAST_TO', op: 'BROADCAST_TO', inputs: [x([3, 1]), ints([2, 3, 2])] },
  { name: 'SPACE_TO_DEPTH', op: 'SPACE_TO_DEPTH', inputs: [x([1, 4, 6, 2])], options: { block_size: 2 } },
  { name: 'DEPTH_TO_SPACE', op: 'DEPTH_TO_SPACE', inputs: [x([1, 2, 3, 8])], options: { block_size: 2 } },
  {
    name: 'SPACE_TO_BATCH_ND',
    op: 'SPACE_TO_BATCH_ND',
    inputs: [x([1, 5, 6, 2]), ints([2, 3]), ints([1, 2, 1, 2], [2, 2])],
  },
  {
    name: 'BATCH_TO_SPACE_ND',
    op: 'BATCH_TO_SPACE_ND',
    inputs: [x([6, 4, 3, 2]), ints([2, 3]), ints([1, 2, 1, 2], [2, 2])],
  },
  { name: 'SELECT_V2', op: 'SELECT_V2', inputs: [truths([1, 0, 1]), x([1, 2, 2, 3]), x([1])] },
  {
    name: 'SELECT by rows',
    op: 'SELECT',
    inputs: [truths([1, 0]), x([2, 3]), x([2, 3])],
  },
];

/** Arrays taken apart, rearranged and put together. */
export const MOVE_CASES: readonly TfliteCase[] = [...movements];
