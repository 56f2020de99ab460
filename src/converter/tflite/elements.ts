// The elements of TensorFlow Lite's constants: bytes -> floats or 32-bit integers; quantised ones become real numbers.

import type { ConstantData } from '../../ir/value.js';
import type { Budget } from '../reading/budget.js';
import { checkConstantSize } from '../reading/builder.js';
import { refuse } from '../reading/refusal.js';
import { ELEMENTS, typeName } from './element-types.js';
import { dequantized, isQuantized } from './encoding.js';
import type { TfliteTensor } from './model.js';
import { densify } from './sparse.js';

/** Decoded constants, which are read once for each batch size. */
const decoded = new WeakMap<TfliteTensor, ConstantData>();

/** The elements of a constant; refuses types that are not supported, and bytes that do not fit the shape. */
export const elementsOf = (tensor: TfliteTensor, budget: Budget): ConstantData => {
  const known = decoded.get(tensor);
  if (known) return known;
  const data = decode(tensor, budget);
  decoded.set(tensor, data);
  return data;
};

const decode = (tensor: TfliteTensor, budget: Budget): ConstantData => {
  const { bytes, shape, sparsity, fault } = tensor;
  const { name, bits, read } = ELEMENTS[tensor.type] ?? { name: typeName(tensor.type), bits: 8 };
  if (!read || fault) return refuse(fault ?? `constants of type ${name} are not supported`);
  const size = checkConstantSize(shape);
  const stored = sparsity ? Math.floor((bytes!.length * 8) / bits) : size;
  const needed = Math.ceil((stored * bits) / 8);
  if (bytes!.length !== needed) refuse(`it has ${bytes!.length} bytes; ${needed} are needed`);
  budget.spend(size, tensor.name);
  const data = read(bytes!, stored);
  const dense = sparsity ? densify(data, shape, sparsity) : data;
  return isQuantized(tensor) ? dequantized(dense, tensor) : dense;
};
