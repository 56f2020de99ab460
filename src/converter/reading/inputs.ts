// The inputs of a network: which of them are constants, and which shapes the others have.

import { ArgumentError } from '../../errors.js';
import { LIMITS } from '../../format/layout.js';
import type { ConstantData, Value } from '../../ir/value.js';
import { showList, showShape, sizeOf, tagOf, type DataType, type Tensor } from '../../ir/tensor.js';
import { cut } from './cut.js';
import { saturate } from './integers.js';

/** An input as the file declares it. */
export type InputInfo = {
  name: string;
  /** The element type; undefined if a run cannot have it. */
  type?: DataType;
  /** The element type of a constant in its place; undefined if the file does not say or no constant can have it. */
  constantType?: DataType;
  /** What messages call it, as in "of type double". */
  typeText: string;
  /** Sizes; names or undefined where they are not known. Missing if not even the rank is known. */
  dims?: readonly (number | string | undefined)[];
};

/** What the caller specifies about the inputs. */
export type InputOptions = {
  /** Inputs that get a fixed value, by name. */
  constants?: Record<string, Tensor>;
  /** Whole shapes of inputs whose sizes are not all known, by name; a first size of -1 stays open. */
  shapes?: Record<string, number[]>;
  /** The size of a first dimension that is not known. */
  batch: number;
  /** The sizes of an image, height first, where they are not known. Without them they are asked for. */
  sizes?: readonly number[];
};

/** The inputs of a run, and the inputs that are constants. */
export type ReadInputs = {
  inputs: Value[];
  constants: Value[];
  /** Why other inputs cannot be used, by name. */
  failed: Map<string, string>;
  /** Whether the first dimension of every input is open. */
  isOpen: boolean;
  /** The axes of each input that got one of `sizes`; missing if there are none. */
  openSizes?: { axes: number[][]; multiple: number };
};

/** A size in a shape that the caller specifies, which stays open. */
export const OPEN = -1;

const isOpenSize = (size: number | string | undefined): boolean => typeof size !== 'number' || size <= 0;

const showDims = (dims: readonly (number | string | undefined)[]): string =>
  showList(dims.map((size) => (isOpenSize(size) && typeof size !== 'string' ? '?' : size)));

/** @throws {ArgumentError} unless the shape that the caller specifies agrees with the file */
const checkGiven = ({ name, dims }: InputInfo, shape: readonly number[], argument: 'shapes' | 'constants'): void => {
  const min = argument === 'shapes' ? 1 : 0;
  const given = showShape(shape);
  const refuse = (why: string) => {
    throw new ArgumentError(`input '${cut(name)}' ${why}`, argument);
  };
  const [wrong] = shape.flatMap((size, axis) => {
    const isBatch = size === OPEN && axis === 0 && argument === 'shapes';
    return isBatch || (Number.isSafeInteger(size) && size >= min) ? [] : [`axis ${axis} has size ${size}`];
  });
  if (wrong !== undefined) refuse(`cannot have the shape ${given}: ${wrong}; the smallest is ${min}`);
  const fits = (size: number, axis: number) => isOpenSize(dims![axis]) || dims![axis] === size;
  if (dims && !(dims.length === shape.length && shape.every(fits)))
    refuse(`has the shape ${showDims(dims)}, which ${given} does not fit`);
};

/** The element types of typed arrays, where the file does not say which one the input has. */
const NATURAL: Readonly<Record<string, DataType>> = {
  Float32Array: 'float32',
  Float64Array: 'float32',
  BigInt64Array: 'int64',
  Uint8Array: 'bool',
};

/** The elements of a tensor as a graph holds them: floats for floats, whole numbers for integers and truth values. */
const dataOf = (
  name: string,
  { data }: Tensor,
  declared: DataType | undefined,
): { data: ConstantData; type: DataType } => {
  const natural = NATURAL[tagOf(data)] ?? 'int32';
  const type = declared ?? natural;
  if ((type === 'float32') !== (natural === 'float32'))
    throw new ArgumentError(`constant '${cut(name)}' is ${natural}; the network takes ${type}`, 'constants');
  if (type === 'float32') return { type, data: Float32Array.from(data as Float32Array) };
  const convert = type === 'bool' ? (value: number | bigint) => (value ? 1 : 0) : saturate;
  return { type, data: Int32Array.from(data as ArrayLike<number>, convert) };
};

const fixedInput = (info: InputInfo, tensor: Tensor): Value => {
  const { data, type } = dataOf(info.name, tensor, info.constantType);
  if (data.length !== sizeOf(tensor.shape)) {
    throw new ArgumentError(
      `constant '${cut(info.name)}' has ${data.length} elements; its shape is ${showShape(tensor.shape)}`,
      'constants',
    );
  }
  checkGiven(info, tensor.shape, 'constants');
  return { name: info.name, shape: [...tensor.shape], type, data };
};

/**
 * The axes of images and series that may have any size: of [N, C, ...sizes] or [N, ...sizes, C] with one or two open sizes
 * and a known number of channels.
 */
const openAxesOf = (info: InputInfo, options: InputOptions): number[] => {
  const dims = givenShape(info.name, options) ? [] : (info.dims ?? []);
  const open = [...dims.keys()].filter((axis) => axis > 0 && isOpenSize(dims[axis]));
  return options.sizes && dims.length >= 3 && open.length < Math.min(dims.length - 1, 3) ? open : [];
};

/** Whether a problem of an input is that its sizes are not known. */
export const asksForSizes = (problem: string): boolean =>
  problem.includes(': give all its sizes with the shapes option');

const shapeOf = (info: InputInfo, options: InputOptions): number[] | string => {
  const { name, dims } = info;
  const { batch, sizes } = options;
  const given = givenShape(name, options);
  if (given) {
    checkGiven(info, given, 'shapes');
    return given.map((size) => (size === OPEN ? batch : size));
  }
  if (!dims)
    return `input '${cut(name)}' has no shape: give it with the shapes option, as in { '${cut(name)}': [${batch},3,224,224] }`;
  const open = openAxesOf(info, options);
  const firstSize = isOpenSize(dims[1]) ? 1 : 2; // the axis of the height
  const shape = dims.map((size, axis) => {
    if (open.includes(axis)) return sizes![axis - firstSize]!;
    return isOpenSize(size) ? (axis === 0 ? batch : 0) : (size as number);
  });
  if (!shape.includes(0)) return shape;
  const example = dims.map((size, axis) => shape[axis] || (typeof size === 'string' ? size : '?'));
  const cure = `give all its sizes with the shapes option, as in { '${cut(name)}': ${showList(example)} }`;
  return `input '${cut(name)}' has the shape ${showDims(dims)}: ${cure}`;
};

/** Why a network cannot have an input of this shape, if so. */
const faultOf = (name: string, shape: readonly number[]): string | undefined =>
  shape.length > LIMITS.rank || sizeOf(shape) > LIMITS.elements
    ? `input '${cut(name)}' has the shape ${showShape(shape)}; at most ${LIMITS.rank} axes and ${LIMITS.elements} elements are supported`
    : undefined;

const runtimeInput = (info: InputInfo, options: InputOptions): Value | string => {
  const { type, typeText } = info;
  if (!type) return `input '${cut(info.name)}' is ${typeText}; float, int32, int64 and bool tensors are supported`;
  const axes = info.dims?.length ?? 0;
  if (axes > LIMITS.rank) return `input '${cut(info.name)}' has ${axes} axes; at most ${LIMITS.rank} are supported`;
  const shape = shapeOf(info, options);
  if (typeof shape === 'string') return shape;
  return faultOf(info.name, shape) ?? { name: info.name, shape, type };
};

const checkNames = (inputs: readonly InputInfo[], options: InputOptions): void => {
  const names = inputs.map(({ name }) => name);
  for (const argument of ['constants', 'shapes'] as const) {
    const unknown = Object.keys(options[argument] ?? {}).find((name) => !names.includes(name));
    if (unknown === undefined) continue;
    const known = names.map((name) => `'${cut(name)}'`).join(', ');
    throw new ArgumentError(`there is no input '${cut(unknown)}'; the network has ${known}`, argument);
  }
};

/**
 * The inputs that are not initialized by the file, or that the caller fixes.
 *
 * @throws {ArgumentError} if the options name no input or do not fit one
 */
export const readInputs = (
  inputs: readonly InputInfo[],
  initialized: ReadonlySet<string>,
  options: InputOptions,
): ReadInputs => {
  checkNames(inputs, options);
  const fixed = options.constants ?? {};
  const closed = inputs.filter(({ name }) => Object.hasOwn(fixed, name));
  const constants = closed.map((info) => fixedInput(info, fixed[info.name]!));
  const open = inputs.filter(({ name }) => !initialized.has(name) && !Object.hasOwn(fixed, name));
  const read = open.map((info) => runtimeInput(info, options));
  const failed = new Map(
    open.flatMap(({ name }, i): [string, string][] => {
      const result = read[i]!;
      return typeof result === 'string' ? [[name, result]] : [];
    }),
  );
  const isOpen =
    open.length > 0 &&
    open.every(({ name, dims }) => {
      const shape = givenShape(name, options) ?? dims;
      return !shape || (shape.length > 0 && isOpenSize(shape[0]));
    });
  const axes = open.filter((_, i) => typeof read[i] !== 'string').map((info) => openAxesOf(info, options));
  return {
    inputs: read.filter((input) => typeof input !== 'string'),
    constants,
    failed,
    isOpen,
    ...(axes.some(({ length }) => length) && { openSizes: { axes, multiple: 1 } }),
  };
};

const givenShape = (name: string, { shapes }: InputOptions): readonly number[] | undefined =>
  shapes && Object.hasOwn(shapes, name) ? shapes[name] : undefined;
