// What kernels and planner must agree on: the numbers of kinds and the fields of records in linear memory.
// `npm run build:kernels` writes the same declarations for AssemblyScript into assembly/generated/layout.ts.

/** Kinds of the kernels `unary` and `unaryInt`. A kind's place here is its number, also in model files: append only. */
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

/** Kinds of the kernels `binary` and `binaryInt`. A kind's place here is its number, also in model files: append only. */
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

/**
 * Fields of a record that describes a panel to the kernel `conv`, one 32-bit word each, in the order of memory. Offsets
 * are in bytes:
 *
 * - `list`, `count`: where the panel's byte offsets into the input begin in the lists, and how many there are
 * - `depth`: how many neighbouring floats the panel reads at each of these offsets
 * - `weights`: where its 8 biases and then its weights [offsets][depth][8] begin in the weights
 * - `outputs`: where the byte offsets of its columns begin in the lists; -1 if the columns are neighbours
 * - `column`: byte offset of its first column in a pixel of the output, if the columns are neighbours; otherwise 0
 * - `width`: how many columns it has, 1 to 8
 */
export const PANEL_RECORD = ['list', 'count', 'depth', 'weights', 'outputs', 'column', 'width'] as const;

/** Bytes of a panel's record. */
export const PANEL_RECORD_BYTES = PANEL_RECORD.length * 4;

/** The words of a panel's record in the order of memory. */
export const panelRecord = (fields: Record<(typeof PANEL_RECORD)[number], number>): number[] =>
  PANEL_RECORD.map((name) => fields[name]);
