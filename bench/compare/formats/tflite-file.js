// The FlatBuffers file of a TFLite model. Tables list their fields in the order of TensorFlow Lite's schema.fbs.

import { Builder } from 'flatbuffers';

const VERSION = 3;
const IDENTIFIER = 'TFL3';
/** What the field of 8 bits has for codes that do not fit it; the field of 32 bits has the code. */
const PLACEHOLDER = 127;
/** Alignment of constants that the schema demands. */
const ALIGNMENT = 16;

/**
 * @typedef {{ segments: number[], indices: number[] }} Rows  columns of the values of each row; a row begins where its
 *   segment does
 *
 * @typedef {object} IntegerSteps  an integer q stands for scale * (q - zeroPoint)
 * @property {ArrayLike<number>} scales one, or one for each place along the axis
 * @property {number[]} zeroPoints as many
 * @property {number} axis
 *
 * @typedef {object} Tensor
 * @property {string} name
 * @property {number} type of the enumeration TensorType
 * @property {number[]} shape
 * @property {Float32Array | Int32Array | Int8Array} [data] of a constant
 * @property {IntegerSteps} [steps]
 * @property {Rows} [rows] the data has only the values that are not 0, of rows along the last axis
 *
 * @typedef {['Int8' | 'Int32' | 'Offset', number] | null} Field  null leaves the default
 *
 * @typedef {object} Operator
 * @property {number} code of the enumeration BuiltinOperator
 * @property {number} options kind of the table of options, of the union BuiltinOptions
 * @property {Field[]} fields of that table
 * @property {number[]} inputs indices of tensors
 * @property {number[]} outputs
 */

/**
 * @param {{ tensors: Tensor[], operators: Operator[], inputs: number[], outputs: number[] }} model
 * @returns {Uint8Array}
 */
export const writeModel = ({ tensors, operators, inputs, outputs }) => {
  const constants = tensors.map(({ data }) => data).filter(Boolean);
  const builder = new Builder(constants.reduce((sum, { byteLength }) => sum + byteLength + ALIGNMENT, 2 ** 20));
  const codes = [...new Set(operators.map(({ code }) => code))];
  // Buffer 0 is empty and belongs to all tensors that are not constants.
  const bufferOf = ({ data }) => (data ? constants.indexOf(data) + 1 : 0);
  const buffers = [table(builder, []), ...constants.map((data) => table(builder, [bytes(builder, data)]))];
  const subgraph = table(builder, [
    list(
      builder,
      tensors.map((tensor) => writeTensor(builder, tensor, bufferOf(tensor))),
    ),
    ints(builder, inputs),
    ints(builder, outputs),
    list(
      builder,
      operators.map((operator) => writeOperator(builder, operator, codes.indexOf(operator.code))),
    ),
  ]);
  const root = table(builder, [
    ['Int32', VERSION],
    list(
      builder,
      codes.map((code) => table(builder, [['Int8', Math.min(code, PLACEHOLDER)], null, ['Int32', 1], ['Int32', code]])),
    ),
    list(builder, [subgraph]),
    null,
    list(builder, buffers),
  ]);
  builder.finish(root[1], IDENTIFIER);
  return builder.asUint8Array();
};

const writeTensor = (builder, { name, type, shape, steps, rows }, buffer) =>
  table(builder, [
    ints(builder, shape),
    ['Int8', type],
    ['Int32', buffer],
    ['Offset', builder.createString(name)],
    steps ? quantization(builder, steps) : null,
    null,
    rows ? sparsity(builder, shape, rows) : null,
  ]);

/** QuantizationParameters, without the ranges that the steps come from. @returns {Field} */
const quantization = (builder, { scales, zeroPoints, axis }) =>
  table(builder, [
    null,
    null,
    vector(builder, 'Float32', 4, Array.from(scales)),
    vector(builder, 'Int64', 8, zeroPoints.map(BigInt)),
    null,
    null,
    ['Int32', axis],
  ]);

/** Values of the enumerations DimensionType and SparseIndexVector. */
const [DENSE, SPARSE_CSR] = [0, 1];
const INT32_VECTOR = 1;

/** SparsityParameters: all axes are dense but the last. @returns {Field} */
const sparsity = (builder, shape, { segments, indices }) => {
  const list32 = (values) => table(builder, [ints(builder, values)]);
  const kind = ['Int8', INT32_VECTOR];
  const axes = shape.map((size, axis) => {
    if (axis < shape.length - 1)
      return table(builder, [
        ['Int8', DENSE],
        ['Int32', size],
      ]);
    return table(builder, [['Int8', SPARSE_CSR], null, kind, list32(segments), kind, list32(indices)]);
  });
  const order = ints(
    builder,
    shape.map((_, axis) => axis),
  );
  return table(builder, [order, null, list(builder, axes)]);
};

const writeOperator = (builder, { options, fields, inputs, outputs }, code) =>
  table(builder, [
    ['Int32', code],
    ints(builder, inputs),
    ints(builder, outputs),
    ['Int8', options],
    table(builder, fields),
  ]);

/** A table of fields, whose parts must be written before it. @returns {Field} */
const table = (builder, fields) => {
  builder.startObject(fields.length);
  fields.forEach((field, place) => {
    // A default that equals no value: every field is written.
    if (field) builder[`addField${field[0]}`](place, field[1], null);
  });
  return ['Offset', builder.endObject()];
};

/** A vector of tables. @returns {Field} */
const list = (builder, tables) => {
  builder.startVector(4, tables.length, 4);
  for (const [, place] of tables.toReversed()) builder.addOffset(place);
  return ['Offset', builder.endVector()];
};

/** A vector of 32-bit integers. @returns {Field} */
const ints = (builder, values) => vector(builder, 'Int32', 4, values);

/** A vector of numbers of a type, each of which takes so many bytes. @returns {Field} */
const vector = (builder, type, bytes, values) => {
  builder.startVector(bytes, values.length, bytes);
  for (const value of values.toReversed()) builder[`add${type}`](value);
  return ['Offset', builder.endVector()];
};

/** A vector of the bytes of a constant. @returns {Field} */
const bytes = (builder, { buffer, byteOffset, byteLength }) => {
  builder.prep(ALIGNMENT, byteLength);
  return ['Offset', builder.createByteVector(new Uint8Array(buffer, byteOffset, byteLength))];
};
