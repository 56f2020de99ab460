// NumPy's .npy files, versions 1 to 3: little-endian, C order.

import { bytesOf, check, type Kind } from '../arguments.js';
import { FormatError, ShapeError } from '../errors.js';
import { fromHalves } from '../format/half.js';
import { describeBytes } from '../file-kinds.js';
import { showShape, sizeOf, type Tensor } from '../ir/tensor.js';

const MAGIC = '\x93NUMPY';
const ALIGNMENT = 64;

type Data = Tensor['data'];

const integers = (values: ArrayLike<number>): Data => {
  const numbers = Int32Array.from(values);
  if (numbers.some((value, i) => value !== values[i]))
    throw new FormatError('the .npy file has integers beyond 32 bits');
  return numbers;
};

// Types that are read, with the bytes of an element; `buffer` holds nothing but the elements.
const READERS: Readonly<Record<string, { bytes: number; read: (buffer: ArrayBuffer) => Data }>> = {
  '<f2': { bytes: 2, read: (buffer) => fromHalves(new Uint16Array(buffer)) },
  '<f4': { bytes: 4, read: (buffer) => new Float32Array(buffer) },
  '<f8': { bytes: 8, read: (buffer) => Float32Array.from(new Float64Array(buffer)) },
  '|i1': { bytes: 1, read: (buffer) => integers(new Int8Array(buffer)) },
  '|u1': { bytes: 1, read: (buffer) => integers(new Uint8Array(buffer)) },
  '<i2': { bytes: 2, read: (buffer) => integers(new Int16Array(buffer)) },
  '<u2': { bytes: 2, read: (buffer) => integers(new Uint16Array(buffer)) },
  '<i4': { bytes: 4, read: (buffer) => new Int32Array(buffer) },
  '<u4': { bytes: 4, read: (buffer) => integers(new Uint32Array(buffer)) },
  '<i8': { bytes: 8, read: (buffer) => new BigInt64Array(buffer) },
  '|b1': { bytes: 1, read: (buffer) => new Uint8Array(buffer).map((value) => (value ? 1 : 0)) },
};

type Header = { descr: string; shape: number[]; start: number };

const readHeader = (bytes: Uint8Array): Header => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw new FormatError(`version ${version} of .npy; 1 to 3 are read`, 6);
  const first = version === 1 ? 10 : 12;
  if (bytes.length < first) throw new FormatError('the .npy file is cut off', bytes.length);
  const start = first + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (start > bytes.length) throw new FormatError('the .npy file is cut off', bytes.length);
  const text = new TextDecoder().decode(bytes.subarray(first, start));
  const descr = /'descr':\s*'([^']+)'/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape':\s*\(([\d\s,]*)\)/.exec(text)?.[1];
  if (shape === undefined || !order) throw new FormatError('the header of the .npy file cannot be read', first);
  if (!descr) throw new FormatError('the .npy file holds records; arrays of one type are read', first);
  if (order === 'True')
    throw new FormatError('the .npy file is in Fortran order; save numpy.ascontiguousarray(x)', first);
  return {
    descr,
    shape: shape
      .split(',')
      .map((size) => size.trim())
      .filter(Boolean)
      .map(Number),
    start,
  };
};

const refusal = (bytes: Uint8Array): FormatError => {
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const kind = isZip ? 'a zip archive (perhaps .npz): save one array with numpy.save' : describeBytes(bytes, 'network');
  return kind ? new FormatError(`not a .npy file but ${kind}`) : new FormatError('not a .npy file', 0);
};

/**
 * Reads an array. float16 and float64 become float32, integers of up to 32 bits int32.
 *
 * @throws {FormatError} if the bytes are no .npy file, are cut off or longer than the array, or of another type or order
 */
export const readNpy = (file: Uint8Array | ArrayBuffer): Tensor => {
  const bytes = bytesOf('the file of readNpy', file, 'file');
  if (String.fromCharCode(...bytes.subarray(0, 6)) !== MAGIC) throw refusal(bytes);
  if (bytes.length < 10) throw new FormatError('the .npy file is cut off', bytes.length);
  const { descr, shape, start } = readHeader(bytes);
  const reader = READERS[descr];
  if (!reader) {
    throw new FormatError(`the .npy file holds '${descr}'; ${Object.keys(READERS).join(', ')} are read`, start);
  }
  const length = sizeOf(shape) * reader.bytes;
  if (length !== bytes.length - start) {
    throw new FormatError(`the .npy file has ${bytes.length - start} bytes of data; its shape needs ${length}`, start);
  }
  const elements = bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length);
  return { data: reader.read(elements as ArrayBuffer), shape };
};

// Types that are written, by the name of the array's class.
const DESCRS: Readonly<Record<string, string>> = {
  Float32Array: '<f4',
  Int32Array: '<i4',
  BigInt64Array: '<i8',
  Uint8Array: '|b1',
};

const descrOf = (tensor: unknown): string | undefined =>
  DESCRS[Object.prototype.toString.call((tensor as Tensor | undefined)?.data).slice(8, -1)];

const TENSOR: Kind = {
  expected: '{ data, shape } with a Float32Array, Int32Array, BigInt64Array or Uint8Array as data',
  fits: (value) => descrOf(value) !== undefined && Array.isArray((value as Tensor).shape),
};

/**
 * Writes an array as a .npy file, version 1: float32, int32, int64, or bool for a `Uint8Array`.
 *
 * @throws {ShapeError} if the shape does not fit the number of elements
 */
export const writeNpy = (tensor: Tensor): Uint8Array => {
  check('the array of writeNpy', tensor, TENSOR, 'tensor');
  const { data, shape } = tensor;
  if (sizeOf(shape) !== data.length)
    throw new ShapeError(`shape ${showShape(shape)} does not fit an array of ${data.length} elements`);
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descrOf(tensor)}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const start = Math.ceil((10 + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + data.byteLength).fill(0x20, 10, start);
  bytes.set(
    Array.from(MAGIC, (character) => character.charCodeAt(0)),
    0,
  );
  bytes.set([1, 0, (start - 10) & 255, (start - 10) >> 8], 6);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[start - 1] = 0x0a;
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return bytes;
};
