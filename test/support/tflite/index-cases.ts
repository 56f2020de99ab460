// Cases of operators that pick, place and order elements, and of those of detectors.

import { encode } from 'flatbuffers/js/flexbuffers.js';
import { INT32, floats, ints, truths, values, x, type TfliteCase } from './case.js';

const boxes = [12, 4];

const indexed: TfliteCase[] = [
  { name: 'TOPK_V2', op: 'TOPK_V2', inputs: [x([2, 3, 7]), ints([3], [])], outputs: [0, INT32] },
  { name: 'TOPK_V2 of ties', op: 'TOPK_V2', inputs: [values([1, 3, 3, 1, 2, 3]), ints([4], [])], outputs: [0, INT32] },
  {
    name: 'ONE_HOT',
    op: 'ONE_HOT',
    inputs: [ints([2, 0, -1, 5, 1, 3], [2, 3]), ints([4], []), x([]), values([0.25], [])],
    options: { axis: -1 },
  },
  {
    name: 'ONE_HOT along the first axis',
    op: 'ONE_HOT',
    inputs: [ints([2, 0, 1]), ints([3], []), x([]), values([-1], [])],
    options: { axis: 0 },
  },
  { name: 'CUMSUM', op: 'CUMSUM', inputs: [x([2, 3, 4]), ints([1], [])] },
  {
    name: 'CUMSUM exclusive and reversed',
    op: 'CUMSUM',
    inputs: [x([2, 3, 4]), ints([-1], [])],
    options: { exclusive: true, reverse: true },
  },
  { name: 'GATHER_ND of elements', op: 'GATHER_ND', inputs: [x([3, 4]), ints([0, 1, 2, 3, 1, 0], [3, 2])] },
  { name: 'GATHER_ND of rows', op: 'GATHER_ND', inputs: [x([3, 4]), ints([2, 0, 1, 2], [2, 2, 1])] },
  { name: 'GATHER_ND of lines', op: 'GATHER_ND', inputs: [x([2, 3, 4]), ints([1, 2, 0, 0], [2, 2])] },
  {
    name: 'SCATTER_ND of rows that add up',
    op: 'SCATTER_ND',
    inputs: [ints([3, 1, 3], [3, 1]), x([3, 2]), ints([5, 2])],
  },
  {
    name: 'SCATTER_ND of elements',
    op: 'SCATTER_ND',
    inputs: [ints([0, 1, 2, 2], [2, 2]), x([2]), ints([3, 4])],
  },
  {
    name: 'REVERSE_SEQUENCE',
    op: 'REVERSE_SEQUENCE',
    inputs: [x([2, 5, 3]), ints([3, 5])],
    options: { seq_dim: 1, batch_dim: 0 },
  },
  { name: 'EMBEDDING_LOOKUP', op: 'EMBEDDING_LOOKUP', inputs: [ints([2, 0, 2]), floats([3, 4])] },
  { name: 'SELECT_V2 of one row', op: 'SELECT_V2', inputs: [truths([1, 0, 1]), x([2, 3]), x([2, 3])] },
];

/** Boxes [y1, x1, y2, x2] of which some overlap. */
const corners = Array.from({ length: 12 }, (_, i) => {
  const [y, left] = [(i % 4) * 0.13, Math.floor(i / 4) * 0.11];
  return [y, left, y + 0.3, left + 0.25 + (i % 3) * 0.05];
}).flat();

const choice = (name: string, limit: number, score: number, isFifth = false): TfliteCase => ({
  name,
  op: isFifth ? 'NON_MAX_SUPPRESSION_V5' : 'NON_MAX_SUPPRESSION_V4',
  inputs: [
    values(corners, boxes),
    x([12], 0, 1),
    ints([limit], []),
    values([0.4], []),
    values([score], []),
    ...(isFifth ? [values([0], [])] : []),
  ],
  outputs: isFifth ? [INT32, 0, INT32] : [INT32, INT32],
});

/** SSD's last step for 12 anchors and 3 classes after one for the background. */
const detection = (name: string, options: Record<string, number | boolean>): TfliteCase => ({
  name,
  op: 'TFLite_Detection_PostProcess',
  inputs: [
    x([1, 12, 4]),
    x([1, 12, 4], 0, 1),
    values(
      corners.map((place, i) => (i % 4 < 2 ? place : 0.3)),
      boxes,
    ),
  ],
  // keys are in order, and floats are exact in 32 bits, which LiteRT reads
  custom: encode({
    detections_per_class: 100,
    h_scale: 5,
    max_classes_per_detection: 1,
    max_detections: 4,
    nms_iou_threshold: 0.5,
    nms_score_threshold: 0.125,
    num_classes: 3,
    use_regular_nms: false,
    w_scale: 5.5,
    x_scale: 10.5,
    y_scale: 10,
    ...options,
  }),
  outputs: [0, 0, 0, 0],
});

const detectors: TfliteCase[] = [
  choice('NON_MAX_SUPPRESSION_V4', 5, 0.1),
  choice('NON_MAX_SUPPRESSION_V4 with room', 20, 0.5),
  choice('NON_MAX_SUPPRESSION_V5', 5, 0.1, true),
  choice('NON_MAX_SUPPRESSION_V5 with room', 20, 0.6, true),
  detection('detections by box', {}),
  detection('detections by box, two classes each', { max_classes_per_detection: 2 }),
  detection('detections by class', { use_regular_nms: true, detections_per_class: 3, max_detections: 6 }),
  detection('detections by class, few', {
    use_regular_nms: true,
    detections_per_class: 2,
    nms_score_threshold: 0.9375,
  }),
];

/** Operators of indices and of detectors. */
export const INDEX_CASES: readonly TfliteCase[] = [...indexed, ...detectors];
