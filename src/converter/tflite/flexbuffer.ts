// Reads the options of custom operators: a map of numbers and truth values as a FlexBuffer.
// https://flatbuffers.dev/internals/#flexbuffers

import { refuse } from '../reading/refusal.js';

/** The types of numbers that are stored where they are read. */
const [INT, UINT, FLOAT, BOOL] = [1, 2, 3, 26];

const MAP = 9;

/** The most characters of a name; entries may share one text, which would be read for each. */
const MAX_KEY = 256;

/** Numbers of 1, 2, 4 or 8 bytes. */
class Numbers {
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  uint(at: number, width: number): number {
    if (width === 8) return Number(this.view.getBigUint64(at, true));
    return [this.view.getUint8, this.view.getUint16, this.view.getUint32][Math.log2(width)]!.call(this.view, at, true);
  }

  int(at: number, width: number): number {
    if (width === 8) return Number(this.view.getBigInt64(at, true));
    return [this.view.getInt8, this.view.getInt16, this.view.getInt32][Math.log2(width)]!.call(this.view, at, true);
  }

  float(at: number, width: number): number {
    return width === 8 ? this.view.getFloat64(at, true) : this.view.getFloat32(at, true);
  }

  /** Text that ends with a zero. */
  text(at: number): string {
    let text = '';
    for (let code = this.uint(at, 1); code !== 0; code = this.uint(++at, 1)) {
      if (text.length === MAX_KEY) throw new RangeError('a name is too long');
      text += String.fromCharCode(code);
    }
    return text;
  }
}

/** The value of a type in a map, whose values have `width` bytes each; undefined for other types. */
const valueAt = (numbers: Numbers, at: number, width: number, type: number): number | undefined => {
  if (type === INT) return numbers.int(at, width);
  if (type === UINT || type === BOOL) return numbers.uint(at, width);
  return type === FLOAT ? numbers.float(at, width) : undefined;
};

const readMap = (bytes: Uint8Array): Map<string, number> => {
  const numbers = new Numbers(bytes);
  const rootWidth = numbers.uint(bytes.length - 1, 1);
  const rootType = numbers.uint(bytes.length - 2, 1);
  if (rootType >> 2 !== MAP) return refuse('its options are not a map');
  const root = bytes.length - 2 - rootWidth;
  const width = 1 << (rootType & 3);
  const map = root - numbers.uint(root, rootWidth);
  const length = numbers.uint(map - width, width);
  const keyWidth = numbers.uint(map - 2 * width, width);
  const keys = map - 3 * width - numbers.uint(map - 3 * width, width);
  const options = new Map<string, number>();
  if (length > bytes.length) throw new RangeError('the map is longer than the file');
  for (let i = 0; i < length; i++) {
    const key = keys + i * keyWidth;
    const name = numbers.text(key - numbers.uint(key, keyWidth));
    const value = valueAt(numbers, map + i * width, width, numbers.uint(map + length * width + i, 1) >> 2);
    if (value !== undefined) options.set(name, value);
  }
  return options;
};

/** The numbers of a map by name, truth values as 0 and 1; refuses options that are damaged or something else. */
export const readOptions = (bytes: Uint8Array): Map<string, number> => {
  try {
    return readMap(bytes);
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return refuse('its options are damaged');
    throw error;
  }
};
