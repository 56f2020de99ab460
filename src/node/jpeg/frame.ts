// The frame of a JPEG file: its size and components, and the memory that decoding fills.

import { ImageError } from '../../errors.js';
import { checkSize } from '../../image/pixels.js';

/** One component (luma, chroma, ink) of the frame. */
export type Component = {
  id: number;
  /** Sampling factors: blocks of this component in an MCU. */
  h: number;
  v: number;
  /** Number of the quantization table; the table is fixed when the component's first scan starts. */
  quantNumber: number;
  quant: Int16Array | undefined;
  /** Samples that belong to the picture. */
  width: number;
  height: number;
  /** Blocks that belong to the picture. */
  blocksWide: number;
  blocksHigh: number;
  /** Blocks in a row of memory: whole MCUs. */
  stride: number;
  rows: number;
  /** Coefficients of blocks, 64 each, in natural order: of the whole picture or of one row of MCUs. */
  coefficients: Int16Array;
  /** Rows of blocks that `coefficients` hold. */
  band: number;
  /** Samples, `stride * 8` in a row; they replace the coefficients of the whole picture, if there are such. */
  samples: Uint8Array;
  /** Bits that are still missing of each coefficient of a progressive file; -1 where nothing is known yet. */
  missing: Int8Array;
};

/** What a frame header says. */
export type Frame = {
  width: number;
  height: number;
  progressive: boolean;
  arithmetic: boolean;
  components: Component[];
  /** Largest sampling factors. */
  h: number;
  v: number;
  mcusWide: number;
  mcusHigh: number;
};

// Frame headers by marker (ITU T.81, table B.1) that are not decoded.
const UNDECODED: Readonly<Record<number, string>> = {
  0xc3: 'lossless',
  0xc5: 'hierarchical',
  0xc6: 'hierarchical',
  0xc7: 'hierarchical',
  0xcb: 'lossless',
  0xcd: 'hierarchical',
  0xce: 'hierarchical',
  0xcf: 'hierarchical',
};

/** Whether a marker starts a frame header. */
export const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

const damaged = (what: string): ImageError => new ImageError(`the JPEG file is damaged: ${what}`);

const readComponents = (data: Uint8Array, count: number): Component[] =>
  Array.from({ length: count }, (_, i) => {
    const [id, sampling, quantNumber] = data.subarray(6 + 3 * i, 9 + 3 * i) as unknown as [number, number, number];
    const [h, v] = [sampling >> 4, sampling & 15];
    if (h < 1 || h > 4 || v < 1 || v > 4) throw damaged(`a component has sampling factors ${h} and ${v}`);
    const size = { width: 0, height: 0, blocksWide: 0, blocksHigh: 0, stride: 0, rows: 0 };
    const memory = {
      quant: undefined,
      coefficients: new Int16Array(0),
      band: 0,
      samples: new Uint8Array(0),
      missing: new Int8Array(64).fill(-1),
    };
    return { id, h, v, quantNumber, ...size, ...memory };
  });

/**
 * Reads a frame header (ITU T.81, B.2.2).
 *
 * @param data its bytes after the length
 * @throws {ImageError} if it is damaged, the picture larger than `maxPixels`, or of a kind that is not decoded
 */
export const readFrame = (marker: number, data: Uint8Array, maxPixels: number): Frame => {
  const precision = data[0] ?? 0;
  const count = data[5] ?? 0;
  if (data.length < 6) throw damaged('the length of its frame header is wrong');
  const [height, width] = [(data[1]! << 8) | data[2]!, (data[3]! << 8) | data[4]!];
  checkSize(width, height, 'the JPEG file', maxPixels);
  if (UNDECODED[marker]) throw new ImageError(`${UNDECODED[marker]} JPEG files are not decoded`);
  if (precision !== 8) throw new ImageError(`JPEG files of ${precision} bits a sample are not decoded, only 8`);
  if (![1, 3, 4].includes(count)) {
    throw new ImageError(`JPEG files of ${count} components are not decoded, only 1 (grey), 3 (colour) and 4 (CMYK)`);
  }
  if (data.length !== 6 + 3 * count) throw damaged('the length of its frame header is wrong');
  const components = readComponents(data, count);
  const h = Math.max(...components.map((component) => component.h));
  const v = Math.max(...components.map((component) => component.v));
  const [mcusWide, mcusHigh] = [Math.ceil(width / (8 * h)), Math.ceil(height / (8 * v))];
  for (const component of components) {
    component.width = Math.ceil((width * component.h) / h);
    component.height = Math.ceil((height * component.v) / v);
    component.blocksWide = Math.ceil(component.width / 8);
    component.blocksHigh = Math.ceil(component.height / 8);
    component.stride = mcusWide * component.h;
    component.rows = mcusHigh * component.v;
  }
  const kind = { progressive: (marker & 3) === 2, arithmetic: marker >= 0xc8 };
  return { width, height, ...kind, components, h, v, mcusWide, mcusHigh };
};
