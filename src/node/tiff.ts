// Decodes the first page of TIFF files; the optional package geotiff reads the tags.

import { ImageError } from '../errors.js';
import { checkSize, type Pixels } from '../image/pixels.js';
import { notImported } from './optional.js';
import { addDifferences, damagedBlock, decompressor, unpackRow } from './tiff-blocks.js';

/** What this needs of a page. */
type Page = { littleEndian: boolean; fileDirectory: { loadValue(tag: string): Promise<unknown> } };

const PHOTOMETRIC = ['white is zero', 'grey', 'RGB', 'palette', 'mask', 'CMYK', 'YCbCr', '', 'CIELab'];
const [WHITE_IS_ZERO, GREY, RGB, PALETTE, CMYK] = [0, 1, 2, 3, 5] as const;

/** Samples that colours have, of which others are alpha. */
const COLOURS: Readonly<Record<number, number>> = { [WHITE_IS_ZERO]: 1, [GREY]: 1, [RGB]: 3, [PALETTE]: 1, [CMYK]: 4 };

const DEPTHS: Readonly<Record<number, readonly number[]>> = { [CMYK]: [8], [RGB]: [8, 16], [PALETTE]: [1, 2, 4, 8] };

const PREMULTIPLIED = 1;
const PLANAR = 2;
const DIFFERENCES = 2;

/** How a page is stored (TIFF 6.0, section 8): in strips, or tiles, of `blockWidth` x `blockHeight` pixels. */
type Layout = {
  width: number;
  height: number;
  blockWidth: number;
  blockHeight: number;
  photometric: number;
  /** Bits of a sample, and samples of a pixel. */
  bits: number;
  samples: number;
  planar: boolean;
  differences: boolean;
  compression: number;
  littleEndian: boolean;
  premultiplied: boolean;
  colourMap: ArrayLike<number>;
  offsets: ArrayLike<number>;
  lengths: ArrayLike<number>;
};

/** Bytes of a value by its type (TIFF 6.0, section 2); 13 and more are those of geotiff. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

/** @throws {ImageError} if a tag of the first page has more values than the file, because geotiff allocates them unread */
const checkTags = (bytes: Uint8Array): void => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const directory = view.getUint32(4, little);
  const end = directory + 2 + view.getUint16(directory, little) * 12;
  for (let at = directory + 2; at + 12 <= Math.min(end, bytes.length); at += 12) {
    const [tag, type] = [view.getUint16(at, little), view.getUint16(at + 2, little)];
    if (view.getUint32(at + 4, little) * (TYPE_BYTES[type] ?? 0) > bytes.length)
      throw damagedBlock(`tag ${tag} has more values than the file`);
  }
};

/** The values of a tag; none if it is missing. */
const valuesOf = async ({ fileDirectory }: Page, tag: string): Promise<ArrayLike<number>> => {
  const value = await fileDirectory.loadValue(tag);
  return typeof value === 'number' ? [value] : ((value as ArrayLike<number> | undefined) ?? []);
};

const readLayout = async (page: Page): Promise<Layout> => {
  const first = async (tag: string, otherwise: number): Promise<number> => (await valuesOf(page, tag))[0] ?? otherwise;
  const [width, height] = [await first('ImageWidth', 0), await first('ImageLength', 0)];
  const tiled = (await valuesOf(page, 'StripOffsets')).length === 0;
  const allBits = Array.from(await valuesOf(page, 'BitsPerSample'));
  const [bits = 1] = allBits;
  const [format = 1] = Array.from(await valuesOf(page, 'SampleFormat'));
  const photometric = await first('PhotometricInterpretation', WHITE_IS_ZERO);
  const samples = await first('SamplesPerPixel', 1);
  const predictor = await first('Predictor', 1);
  const known = COLOURS[photometric] !== undefined && samples >= COLOURS[photometric];
  const depths = DEPTHS[photometric] ?? [1, 2, 4, 8, 16];
  const even =
    allBits.every((other) => other === bits) && (predictor === 1 || (predictor === DIFFERENCES && bits >= 8));
  if (!known || format !== 1 || !depths.includes(bits) || !even) {
    const kind = PHOTOMETRIC[photometric] ?? `kind ${photometric}`;
    throw new ImageError(`TIFF files of ${bits} bits a sample in ${kind} are not decoded`);
  }
  return {
    width,
    height,
    blockWidth: tiled ? await first('TileWidth', 0) : width,
    blockHeight: tiled ? await first('TileLength', 0) : Math.min(await first('RowsPerStrip', height), height),
    photometric,
    bits,
    samples,
    planar: (await first('PlanarConfiguration', 1)) === PLANAR,
    differences: predictor === DIFFERENCES,
    compression: await first('Compression', 1),
    littleEndian: page.littleEndian,
    premultiplied: samples > 3 && (await first('ExtraSamples', 0)) === PREMULTIPLIED,
    colourMap: photometric === PALETTE ? await valuesOf(page, 'ColorMap') : [],
    offsets: await valuesOf(page, tiled ? 'TileOffsets' : 'StripOffsets'),
    lengths: await valuesOf(page, tiled ? 'TileByteCounts' : 'StripByteCounts'),
  };
};

/** Blocks that a page may have: 50 megapixels have a fifth of them in tiles of 64x64 pixels. */
const MAX_BLOCKS = 2 ** 16;

/** Bytes of samples for each pixel that is allowed. */
const MAX_BYTES_A_PIXEL = 8;

const checkLayout = (layout: Layout, maxPixels: number): void => {
  const { width, height, blockWidth, blockHeight, samples, bits } = layout;
  checkSize(width, height, 'the TIFF file', maxPixels);
  checkSize(blockWidth, blockHeight, 'a strip or tile of the TIFF file', maxPixels);
  const bytes = (Math.max(width, blockWidth) * Math.max(height, blockHeight) * samples * bits) / 8;
  if (bytes > maxPixels * MAX_BYTES_A_PIXEL) {
    throw new ImageError(`the TIFF file has ${bytes} bytes of samples, more than are read (option maxPixels)`);
  }
  const blocks = Math.ceil(width / blockWidth) * Math.ceil(height / blockHeight);
  if (blocks > MAX_BLOCKS)
    throw new ImageError(`the TIFF file has ${blocks} strips or tiles; at most ${MAX_BLOCKS} are read`);
};

/** Writes `count` pixels as RGB: sample c of pixel i is at `planes[c][i * step]`. */
type WritePixels = (planes: readonly Uint8Array[], step: number, count: number, target: number) => void;

const pixelWriter = (layout: Layout, data: Uint8Array): WritePixels => {
  const { photometric, bits, premultiplied, colourMap } = layout;
  // 16 bits keep their high byte
  const scale = Uint8Array.from({ length: 256 }, (_, value) => (bits < 8 ? (value * 255) / (2 ** bits - 1) : value));
  switch (photometric) {
    case PALETTE:
      return ([indices], step, count, target) => {
        const size = colourMap.length / 3;
        for (let i = 0, t = target; i < count; i++, t += 3) {
          for (let c = 0; c < 3; c++) data[t + c] = (colourMap[c * size + indices![i * step]!] ?? 0) >> 8;
        }
      };
    case RGB:
      return (planes, step, count, target) => {
        for (let c = 0; c < 3; c++) {
          const [plane, alpha] = [planes[c]!, planes[3]];
          for (let i = 0, t = target + c; i < count; i++, t += 3) {
            const opacity = premultiplied ? alpha![i * step]! : 255;
            data[t] = opacity ? Math.min(255, Math.floor((plane[i * step]! * 255) / opacity)) : 0;
          }
        }
      };
    case CMYK:
      return (planes, step, count, target) => {
        for (let c = 0; c < 3; c++) {
          const [plane, black] = [planes[c]!, planes[3]!];
          for (let i = 0, t = target + c; i < count; i++, t += 3) {
            const light = 255 - black[i * step]!;
            const product = plane[i * step]! * light + 128;
            data[t] = Math.max(0, light - (((product >> 8) + product) >> 8));
          }
        }
      };
    default:
      return ([greys], step, count, target) => {
        for (let i = 0, t = target; i < count; i++, t += 3) {
          const grey = scale[greys![i * step]!]!;
          data[t] = data[t + 1] = data[t + 2] = photometric === WHITE_IS_ZERO ? 255 - grey : grey;
        }
      };
  }
};

/** Returns the decompressed block of a number; all blocks together are at most as long as the file. */
const blockReader = (bytes: Uint8Array, layout: Layout): ((block: number, length: number) => Uint8Array) => {
  const decompress = decompressor(layout.compression);
  let read = 0;
  return (block, length) => {
    const [at, count] = [layout.offsets[block] ?? 0, layout.lengths[block] ?? 0];
    read += count;
    if (count < 1 || at + count > bytes.length) throw damagedBlock('a strip or tile is not in the file');
    if (read > bytes.length) throw damagedBlock('strips or tiles overlap');
    const data = decompress(bytes.subarray(at, at + count), length);
    if (data.length < length) throw damagedBlock(`a strip or tile has ${data.length} bytes instead of ${length}`);
    return data;
  };
};

const decodeBlocks = (bytes: Uint8Array, layout: Layout): Pixels => {
  const { width, height, blockWidth, blockHeight, samples, bits, planar, littleEndian } = layout;
  const [across, down] = [Math.ceil(width / blockWidth), Math.ceil(height / blockHeight)];
  const together = planar ? 1 : samples;
  const stride = Math.ceil((blockWidth * together * bits) / 8);
  const readBlock = blockReader(bytes, layout);
  const data = new Uint8Array(width * height * 3);
  const write = pixelWriter(layout, data);
  const rows = Array.from({ length: planar ? samples : 1 }, () => new Uint8Array(blockWidth * together));
  const planes = Array.from({ length: Math.min(samples, 4) }, (_, c) => (planar ? rows[c]! : rows[0]!.subarray(c)));
  for (let block = 0; block < across * down; block++) {
    const [left, top] = [(block % across) * blockWidth, Math.floor(block / across) * blockHeight];
    const lines = Math.min(blockHeight, height - top);
    const parts = rows.map((_, plane) => readBlock(plane * across * down + block, stride * lines));
    for (let line = 0; line < lines; line++) {
      parts.forEach((part, plane) => {
        const row = part.subarray(line * stride, (line + 1) * stride);
        if (layout.differences) addDifferences(row, together, bits, littleEndian);
        unpackRow(row, bits, littleEndian, rows[plane]!);
      });
      write(planes, together, Math.min(blockWidth, width - left), ((top + line) * width + left) * 3);
    }
  }
  return { data, width, height, channels: 3 };
};

const load = async (): Promise<typeof import('geotiff')> => {
  try {
    return await import('geotiff');
  } catch (error) {
    throw notImported('TIFF', 'geotiff', error);
  }
};

/**
 * Decodes the first page of a TIFF file: grey, palette, RGB or CMYK, uncompressed or compressed with LZW, deflate or
 * PackBits; RGB, not turned.
 *
 * @throws {ImageError} if the package is missing, or the file damaged, larger than `maxPixels` or of another kind
 */
export const decodeTiff = async (bytes: Uint8Array, maxPixels: number): Promise<Pixels> => {
  const { fromArrayBuffer } = await load();
  try {
    checkTags(bytes);
    const tiff = await fromArrayBuffer(bytes.slice().buffer);
    const layout = await readLayout((await tiff.getImage(0)) as unknown as Page);
    checkLayout(layout, maxPixels);
    return decodeBlocks(bytes, layout);
  } catch (error) {
    if (error instanceof ImageError) throw error;
    throw new ImageError(`the TIFF file is damaged, or of a kind that is not decoded: ${(error as Error).message}`, {
      cause: error,
    });
  }
};
