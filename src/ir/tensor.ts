/**
 * Element type of a value, as ONNX names it. `int64` and `bool` are stored as 32-bit integers: a caller's numbers are
 * clamped to 32 bits, and sums and products wrap around.
 *
 * `int8` is never the type of an input or output, only of values between layers of a quantised network. They stand for real
 * numbers: integers times a scale that the ops know which make and read them. Each integer is the distance from the one that
 * stands for 0 (the zero point), -255 to 255.
 */
export type DataType = 'float32' | 'int32' | 'int64' | 'bool' | 'int8';

/** The element types in the order of their codes in the model file. */
export const DATA_TYPES: readonly DataType[] = ['float32', 'int32', 'int64', 'bool', 'int8'];

/**
 * A dense array with a shape, row-major.
 *
 * `data` is a `Float32Array` for `float32`, an `Int32Array` for `int32`, a `BigInt64Array` for `int64` and a
 * `Uint8Array` of zeros and ones for `bool`.
 */
export type Tensor = {
  /** The elements, row-major. */
  data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
  /** The sizes of the axes. */
  shape: readonly number[];
};

/** A typed array of any element type except `BigUint64Array`. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array;

/** A typed array with a shape. */
export type TensorLike = {
  /** The elements, row-major. */
  data: TypedArray;
  /** The sizes of the axes. */
  shape: readonly number[];
};

/** An input or output of a network. */
export type TensorInfo = {
  /** Its name in the ONNX file. */
  name: string;
  /** The sizes of the axes; -1 for any number of samples, any size of an image, or as many rows as a run finds. */
  shape: readonly number[];
  /** The element type. */
  type: DataType;
};

/** Number of elements of a shape; 1 for a scalar's `[]`. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Distance in elements between neighbours along each axis of a dense row-major array. */
export const stridesOf = (shape: readonly number[]): number[] => {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
};

/** Whether two shapes are the same. */
export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** A list as messages print it: the first 8 elements, since files may have lists of any length. */
export const showList = (list: readonly unknown[]): string =>
  `[${list.slice(0, 8).join(',')}${list.length > 8 ? ',...' : ''}]`;

/** A shape as messages print it: `[1,3,224,224]`, with N for any number of samples and ? for any other size. */
export const showShape = (shape: readonly number[]): string =>
  showList(shape.slice(0, 9).map((size, axis) => (size >= 0 ? size : axis === 0 ? 'N' : '?')));

/** A negative axis counted from the end, as ONNX does. */
export const positiveAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** The name of a value's class, which for the classes of other frames is the same. */
export const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/** Whether a value is a typed array of a known element type, also of another frame. */
export const isTypedArray = (value: unknown): value is TypedArray =>
  ArrayBuffer.isView(value) && !['DataView', 'BigUint64Array'].includes(tagOf(value));

/** Whether a value has `data` and `shape` as a tensor does. */
export const isTensorLike = (value: unknown): value is TensorLike =>
  typeof value === 'object' &&
  value !== null &&
  isTypedArray((value as TensorLike).data) &&
  Array.isArray((value as TensorLike).shape);

/** Arrays of floats, one after the other. */
export const joinFloats = (arrays: readonly Float32Array[]): Float32Array<ArrayBuffer> => {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
};
