// What the kernels and the planner must agree on: the numbers of kinds and the fields of records in linear memory.
// `npm run build:kernels` writes the same declarations for AssemblyScript into assembly/generated/layout.ts.

/** Kinds of the kernels `unary` and `unaryInt`. A kind's index here is its number, also in model files: only append. */
export const UNARY_KINDS = [
  'leakyRelu',
  'sigmoid',
  'hardSigmoid',
  'hardSwish',
  'swish',
  'tanh',
  'elu',
  'selu',
  'gelu',
  'geluTanh',
  'mish',
  'softplus',
  'softsign',
  'erf',
  'exp',
  'log',
  'sqrt',
  'neg',
  'abs',
  'reciprocal',
  'floor',
  'ceil',
  'round',
  'sign',
  'thresholdedRelu',
  'celu',
  'sin',
  'cos',
  'not',
] as const;

/**
 * Kinds of the kernels `binary` and `binaryInt`. A kind's index here is its number, also in model files: only append.
 */
export const BINARY_KINDS = [
  'add',
  'sub',
  'mul',
  'div',
  'pow',
  'min',
  'max',
  'prelu',
  'mod',
  'equal',
  'greater',
  'less',
  'greaterOrEqual',
  'lessOrEqual',
  'and',
  'or',
  'xor',
] as const;

/** Fields of a record in linear memory, one 32-bit word per field, in memory order. */
const record = <const Fields extends readonly string[]>(...fields: Fields) => ({
  fields,
  words: fields.length,
  bytes: fields.length * 4,
  /** A record's words in memory order. */
  pack: (values: Record<Fields[number], number>): number[] => fields.map((name: Fields[number]) => values[name]),
});

/**
 * A panel of outputs for the kernel `conv`. Offsets are in bytes:
 *
 * - `list`, `count`: where the panel's byte offsets into the input begin in the lists, and how many there are
 * - `depth`: how many neighbouring floats the panel reads at each of these offsets
 * - `weights`: where its 8 biases and then its weights [offsets][depth][8] begin in the weights
 * - `outputs`: where the byte offsets of its columns begin in the lists; -1 if the columns are neighbours
 * - `column`: byte offset of its first column in a pixel of the output, if the columns are neighbours; otherwise 0
 * - `width`: how many columns it has, 1 to 8
 */
export const PANEL_RECORD = record('list', 'count', 'depth', 'weights', 'outputs', 'column', 'width');

/**
 * What a panel is packed from during a run:
 *
 * - `panel`: the number of the panel of weights that it is packed from; 0 if its outputs are chosen
 * - `outputs`: address of the list of its outputs; 0 if they are not chosen
 * - `gates`, `others`: addresses of the gates of its first and of its last four columns; chosen outputs have the first alone
 * - `kept`, `count`: address and length of the list of channels that it reads; a `kept` of 0 stands for all without gates
 */
export const GATE_RECORD = record('panel', 'outputs', 'gates', 'others', 'kept', 'count');

/** An axis that `binary` and `binaryInt` walk along: elements, and bytes between neighbours in `a` and in `b`. */
export const AXIS_RECORD = record('count', 'aStep', 'bStep');

/**
 * A pooling window along one axis: byte offset of its first element inside the image, how many elements are inside, and
 * the number by which an average divides.
 */
export const WINDOW_RECORD = record('offset', 'places', 'counted');

/**
 * A row of pixels that a transposed convolution multiplies with one tap: byte offsets of the first pixel in the input
 * and in the output and of the tap's weights, and how many pixels there are.
 */
export const TAP_RUN_RECORD = record('source', 'target', 'panel', 'pixels');

/** The records by the name of their enumeration of byte offsets in AssemblyScript. */
export const RECORDS = {
  PanelRecord: PANEL_RECORD,
  GateRecord: GATE_RECORD,
  AxisRecord: AXIS_RECORD,
  WindowRecord: WINDOW_RECORD,
  TapRunRecord: TAP_RUN_RECORD,
};
