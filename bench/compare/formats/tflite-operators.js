// The operators of TensorFlow Lite that networks need: code, kind and fields of their options, as in its schema.fbs.

/** A field is its type and value, in the order of the schema. */
const byte = (value) => ['Int8', value];
const int = (value) => ['Int32', value];

/** Values of the enumeration ActivationFunctionType; other activations are operators of their own. */
export const FUSED = { none: 0, relu: 1, relu6: 3 };

/** Values of the enumeration Padding. */
export const SAME = 0;
export const VALID = 1;

export const add = (activation) => ({ code: 0, options: 11, fields: [byte(FUSED[activation])] });

export const concatenation = (axis) => ({ code: 2, options: 10, fields: [int(axis), byte(0)] });

export const conv2d = (rule, stride, activation) => ({
  code: 3,
  options: 1,
  fields: [byte(rule), int(stride), int(stride), byte(FUSED[activation]), int(1), int(1)],
});

export const depthwiseConv2d = (rule, stride, activation) => ({
  code: 4,
  options: 2,
  fields: [byte(rule), int(stride), int(stride), int(1), byte(FUSED[activation]), int(1), int(1)],
});

export const DEPTH_TO_SPACE = { code: 5, options: 94, fields: [int(2)] };

export const DEQUANTIZE = { code: 6, options: 0, fields: [] };

export const fullyConnected = (activation) => ({ code: 9, options: 8, fields: [byte(FUSED[activation])] });

export const LOGISTIC = { code: 14, options: 0, fields: [] };

export const maxPool2d = (rule, stride, kernel) => ({
  code: 17,
  options: 5,
  fields: [byte(rule), int(stride), int(stride), int(kernel), int(kernel), byte(0)],
});

export const MUL = { code: 18, options: 21, fields: [byte(0)] };

export const RESHAPE = { code: 22, options: 17, fields: [] };

export const SPACE_TO_DEPTH = { code: 26, options: 19, fields: [int(2)] };

export const PAD = { code: 34, options: 22, fields: [] };

export const gather = (axis) => ({ code: 36, options: 23, fields: [int(axis)] });

/** Keeps the axes that it reduces. */
export const MEAN = { code: 40, options: 27, fields: [byte(1)] };

export const RESIZE_NEAREST_NEIGHBOR = { code: 97, options: 74, fields: [] };

export const QUANTIZE = { code: 114, options: 0, fields: [] };

export const HARD_SWISH = { code: 117, options: 91, fields: [] };

export const DENSIFY = { code: 124, options: 99, fields: [] };
