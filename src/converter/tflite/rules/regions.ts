// Operators of detectors: the choice of boxes, and their decoding.

import type { Value } from '../../../ir/value.js';
import { showShape } from '../../../ir/tensor.js';
import { concat } from '../../../ops/concat.js';
import { gather } from '../../../ops/rare/gather.js';
import { nonMaxSuppression } from '../../../ops/scripted/non-max-suppression.js';
import type { Builder } from '../../reading/builder.js';
import { apply, map, reduced } from '../../reading/calculate.js';
import { castTo } from '../../reading/elementwise.js';
import { take } from '../../reading/ranges.js';
import { refuse } from '../../reading/refusal.js';
import { readOptions } from '../flexbuffer.js';
import type { NodeView } from '../node-view.js';
import { largest } from './indexed.js';
import type { Rule, Rules } from './rule.js';

/** One index of an axis, which goes. */
const at = (build: Builder, x: Value, axis: number, index: number): Value =>
  build.reshape(
    take(build, x, [{ axis, start: index, step: 1, count: 1 }]),
    x.shape.filter((_, i) => i !== axis),
  );

const rowsOf = (build: Builder, x: Value, indices: Value): Value => build.op(gather, { axis: 0 }, [x, indices]);

/** A list with zeros up to `size` rows. */
const filled = (build: Builder, x: Value, size: number): Value => {
  const [rows, ...rest] = x.shape as [number, ...number[]];
  if (rows === size) return x;
  const zeros = build.filled([size - rows, ...rest], x.type, 0);
  return build.op(concat, { axis: 0 }, [x, zeros]);
};

/** The number before `x` in single precision, so that "above it" means "at least x". */
const before = (x: number): number => {
  const float = new Float32Array([x]);
  const bits = new Int32Array(float.buffer);
  bits[0]! += x > 0 ? -1 : 1;
  return x === 0 ? -(2 ** -149) : float[0]!;
};

/** The classes and boxes chosen, each as a list, and which of their places are used: 1 or 0. */
type Chosen = { classes: Value; boxes: Value; used: Value };

/** Boxes [B, 4] of classes with scores [C, B]. */
const choose = (
  build: Builder,
  boxes: Value,
  scores: Value,
  attrs: { limit: number; maxOverlap: number; minScore: number },
): Chosen => {
  const wide = [boxes, scores].map((x) => build.reshape(x, [1, ...x.shape]));
  const rows = build.op(nonMaxSuppression, { ...attrs, centred: false }, wide);
  const [classes, chosen] = [1, 2].map((column) => at(build, rows, 1, column)) as [Value, Value];
  const used = castTo(build, apply(build, 'greaterOrEqual', chosen, 0), 'float32');
  return { classes: apply(build, 'max', classes, 0), boxes: apply(build, 'max', chosen, 0), used };
};

const countOf = (build: Builder, used: Value): Value => reduced(build, 'sum', used, [0], false);

/** V4 gives the chosen boxes and their number, V5 their scores too. Places that are not used are 0. */
const nonMaxSuppressionRule =
  (hasScores: boolean): Rule =>
  (node, build) => {
    const [boxes, scores] = [node.input(0), node.input(1)];
    const [limit, maxOverlap, minScore, sigma = 0] = [2, 3, 4, 5].map((index) => node.number(index));
    if (sigma !== 0) refuse(`scores that decrease with the overlap (sigma ${sigma}) are not supported`);
    if (!(limit! > 0)) refuse(`a maximum of ${limit} boxes is not supported`);
    const attrs = { limit: limit!, maxOverlap: before(maxOverlap!), minScore: minScore! };
    const chosen = choose(build, boxes, build.reshape(scores, [1, ...scores.shape]), attrs);
    const own = apply(build, 'mul', rowsOf(build, scores, chosen.boxes), chosen.used);
    const indices = filled(build, castTo(build, chosen.boxes, 'int32'), limit!);
    const count = castTo(build, countOf(build, chosen.used), 'int32');
    return hasScores ? [indices, filled(build, own, limit!), count] : [indices, count];
  };

/** Boxes [y1, x1, y2, x2] of encoded ones: centres relative to their anchors, and logarithms of sizes. */
const decoded = (build: Builder, encoded: Value, anchors: Value, scales: readonly number[]): Value => {
  const column = (x: Value, start: number) => take(build, x, [{ axis: 1, start, step: 1, count: 2 }]);
  const [centre, size] = [column(anchors, 0), column(anchors, 2)];
  const offset = apply(build, 'div', column(encoded, 0), build.floats(scales.slice(0, 2)));
  const growth = apply(build, 'div', column(encoded, 2), build.floats(scales.slice(2)));
  const middle = apply(build, 'add', apply(build, 'mul', offset, size), centre);
  const half = apply(build, 'mul', apply(build, 'mul', map(build, 'exp', growth), 0.5), size);
  return build.op(concat, { axis: 1 }, [apply(build, 'sub', middle, half), apply(build, 'add', middle, half)]);
};

type DetectionOptions = {
  detections: number;
  classesPerBox: number;
  perClass: number;
  isRegular: boolean;
  minScore: number;
  maxOverlap: number;
  classes: number;
  scales: number[];
};

/** Maximum of options that count detections; networks have 10 to 100. */
const MAX_DETECTIONS = 2 ** 16;

const detectionOptions = (node: NodeView): DetectionOptions => {
  const options = readOptions(node.custom);
  const get = (name: string): number => options.get(name) ?? refuse(`its option ${name} is missing`);
  const count = (name: string): number => {
    const value = get(name);
    return value <= MAX_DETECTIONS ? value : refuse(`its option ${name} is ${value}; the limit is ${MAX_DETECTIONS}`);
  };
  return {
    detections: count('max_detections'),
    classesPerBox: count('max_classes_per_detection'),
    perClass: options.get('detections_per_class') ?? 100,
    isRegular: options.get('use_regular_nms') === 1,
    minScore: before(get('nms_score_threshold')),
    maxOverlap: get('nms_iou_threshold'),
    classes: get('num_classes'),
    scales: ['y_scale', 'x_scale', 'h_scale', 'w_scale'].map(get),
  };
};

/** What is detected: boxes [R, 4], classes and scores [R], and which are used. */
type Detections = { boxes: Value; classes: Value; scores: Value; used: Value; count: Value };

/** Every class has boxes of its own, and the best of all classes remain. */
const detectByClass = (build: Builder, boxes: Value, scores: Value, options: DetectionOptions): Detections => {
  const { perClass, detections, minScore, maxOverlap } = options;
  const byClass = build.transpose(scores, [1, 0]);
  const found = choose(build, boxes, byClass, { limit: perClass, minScore, maxOverlap });
  const places = apply(build, 'add', apply(build, 'mul', found.classes, byClass.shape[1]!), found.boxes);
  const own = rowsOf(build, build.reshape(byClass, [byClass.shape[0]! * byClass.shape[1]!]), places);
  // those that are not used come last
  const ranked = apply(build, 'sub', apply(build, 'mul', apply(build, 'add', own, 1), found.used), 1);
  const [, order] = largest(build, ranked, Math.min(detections, own.shape[0]!));
  const used = rowsOf(build, found.used, order);
  return {
    boxes: rowsOf(build, boxes, rowsOf(build, found.boxes, order)),
    classes: rowsOf(build, found.classes, order),
    scores: rowsOf(build, own, order),
    used,
    count: countOf(build, used),
  };
};

/** Boxes are chosen by the best of their classes, and each of them comes with its best classes. */
const detectByBox = (build: Builder, boxes: Value, scores: Value, options: DetectionOptions): Detections => {
  const { classesPerBox, detections, minScore, maxOverlap, classes } = options;
  const depth = Math.min(classesPerBox, classes);
  const [best, kinds] = largest(build, scores, depth);
  const top = build.reshape(at(build, best, 1, 0), [1, boxes.shape[0]!]);
  const found = choose(build, boxes, top, { limit: detections, minScore, maxOverlap });
  const rows = found.boxes.shape[0]!;
  const repeated = (x: Value): Value => {
    const wide = build.reshape(x, [rows, 1, ...x.shape.slice(1)]);
    const copies = Array.from({ length: depth }, () => wide);
    const all = depth === 1 ? wide : build.op(concat, { axis: 1 }, copies);
    return build.reshape(all, [rows * depth, ...x.shape.slice(1)]);
  };
  const flat = (x: Value): Value => build.reshape(rowsOf(build, x, found.boxes), [rows * depth]);
  return {
    boxes: repeated(rowsOf(build, boxes, found.boxes)),
    classes: flat(kinds),
    scores: flat(best),
    used: repeated(found.used),
    count: countOf(build, found.used),
  };
};

/** SSD's last step: boxes, classes and scores of what is detected, and how many there are; unused places are 0. */
const detectionPostProcess: Rule = (node, build) => {
  const options = detectionOptions(node);
  const [encoded, scores, anchors] = [0, 1, 2].map((index) => node.input(index)) as [Value, Value, Value];
  const [, count, channels] = scores.shape as [number, number, number];
  const isOne = encoded.shape.length === 3 && scores.shape.length === 3 && encoded.shape[0] === 1;
  if (!isOne || encoded.shape[1] !== count || anchors.shape[0] !== count || scores.shape[0] !== 1)
    refuse(`boxes of shape ${showShape(encoded.shape)} and scores of ${showShape(scores.shape)} are not supported`);
  if (!options.isRegular && options.classesPerBox > options.classes)
    refuse(`${options.classesPerBox} classes per box of ${options.classes} classes are not supported`);
  const boxes = decoded(build, build.reshape(encoded, encoded.shape.slice(1)), anchors, options.scales);
  const start = channels - options.classes; // a class for the background comes first
  const marks = take(build, build.reshape(scores, [count, channels]), [
    { axis: 1, start, step: 1, count: options.classes },
  ]);
  const found = (options.isRegular ? detectByClass : detectByBox)(build, boxes, marks, options);
  const size = options.detections * options.classesPerBox;
  const mask = (x: Value, used: Value): Value => {
    const all = filled(build, apply(build, 'mul', castTo(build, x, 'float32'), used), size);
    return build.reshape(all, [1, ...all.shape]);
  };
  const usedBoxes = build.reshape(found.used, [found.used.shape[0]!, 1]);
  return [
    mask(found.boxes, usedBoxes),
    mask(found.classes, found.used),
    mask(found.scores, found.used),
    build.reshape(found.count, [1]),
  ];
};

export const regionRules: Rules = {
  NON_MAX_SUPPRESSION_V4: nonMaxSuppressionRule(false),
  NON_MAX_SUPPRESSION_V5: nonMaxSuppressionRule(true),
  TFLite_Detection_PostProcess: detectionPostProcess,
};
