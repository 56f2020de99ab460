// Decodes the first page of TIFF files with the optional package geotiff.

import { ImageError } from '../errors.js';
import { checkSize, type Pixels } from '../image/pixels.js';
import { loadOptional } from './optional.js';

/** What this needs of a page (TIFF 6.0, section 8). */
type Page = {
  getWidth(): number;
  getHeight(): number;
  getSamplesPerPixel(): number;
  getBitsPerSample(): number;
  readRasters(options: { interleave: true }): Promise<ArrayLike<number>>;
  fileDirectory: { loadValue(tag: string): Promise<unknown> };
};

const PHOTOMETRIC = ['white is zero', 'grey', 'RGB', 'palette', 'mask', 'CMYK', 'YCbCr', '', 'CIELab'];
const [WHITE_IS_ZERO, GREY, RGB, PALETTE, CMYK] = [0, 1, 2, 3, 5] as const;

/** Samples that colours have, of which others are alpha. */
const COLOURS: Readonly<Record<number, number>> = { [WHITE_IS_ZERO]: 1, [GREY]: 1, [RGB]: 3, [PALETTE]: 1, [CMYK]: 4 };

const PREMULTIPLIED = 1;

type ReadPixel = (at: number, data: Uint8Array, target: number) => void;

/** The values of a tag; none if it is missing. */
const valuesOf = async ({ fileDirectory }: Page, tag: string): Promise<ArrayLike<number>> => {
  const value = await fileDirectory.loadValue(tag);
  return typeof value === 'number' ? [value] : ((value as ArrayLike<number> | undefined) ?? []);
};

const pixelReader = async (page: Page, samples: ArrayLike<number>, photometric: number): Promise<ReadPixel> => {
  const bits = page.getBitsPerSample();
  // 16 bits keep their high byte
  const to8 = bits === 16 ? 1 / 256 : 255 / (2 ** bits - 1);
  switch (photometric) {
    case PALETTE: {
      const map = await valuesOf(page, 'ColorMap');
      const size = map.length / 3;
      return (at, data, target) => {
        for (let c = 0; c < 3; c++) data[target + c] = (map[c * size + samples[at]!] ?? 0) >> 8;
      };
    }
    case RGB: {
      const alpha = page.getSamplesPerPixel() > 3 && (await valuesOf(page, 'ExtraSamples'))[0] === PREMULTIPLIED;
      return (at, data, target) => {
        const opacity = alpha ? Math.floor(samples[at + 3]! * to8) : 255;
        for (let c = 0; c < 3; c++) {
          const value = Math.floor(samples[at + c]! * to8);
          data[target + c] = opacity ? Math.min(255, Math.floor((value * 255) / opacity)) : 0;
        }
      };
    }
    case CMYK:
      return (at, data, target) => {
        const light = 255 - samples[at + 3]!;
        for (let c = 0; c < 3; c++) {
          const product = samples[at + c]! * light + 128;
          data[target + c] = Math.max(0, light - (((product >> 8) + product) >> 8));
        }
      };
    default: {
      const [base, sign] = photometric === WHITE_IS_ZERO ? [255, -1] : [0, 1];
      return (at, data, target) => {
        data[target] = data[target + 1] = data[target + 2] = base + sign * Math.floor(samples[at]! * to8);
      };
    }
  }
};

const checkKind = async (page: Page, photometric: number): Promise<void> => {
  const bits = page.getBitsPerSample();
  const [format = 1] = Array.from(await valuesOf(page, 'SampleFormat'));
  const known = COLOURS[photometric] !== undefined && page.getSamplesPerPixel() >= COLOURS[photometric];
  const depths = photometric === CMYK ? [8] : photometric === RGB ? [8, 16] : [1, 2, 4, 8, 16];
  if (!known || format !== 1 || !depths.includes(bits)) {
    const kind = PHOTOMETRIC[photometric] ?? `kind ${photometric}`;
    throw new ImageError(`TIFF files of ${bits} bits a sample in ${kind} are not decoded`);
  }
};

/**
 * Decodes the first page of a TIFF file: grey, palette, RGB or CMYK; RGB, not turned.
 *
 * @throws {ImageError} if the package is missing, or the file damaged or of another kind
 */
export const decodeTiff = async (bytes: Uint8Array, maxPixels: number): Promise<Pixels> => {
  const { fromArrayBuffer } = await loadOptional('TIFF', 'geotiff', () => import('geotiff'));
  try {
    const tiff = await fromArrayBuffer(bytes.slice().buffer);
    const page = (await tiff.getImage(0)) as unknown as Page;
    const [width, height] = [page.getWidth(), page.getHeight()];
    checkSize(width, height, 'the TIFF file', maxPixels);
    const [photometric = WHITE_IS_ZERO] = Array.from(await valuesOf(page, 'PhotometricInterpretation'));
    await checkKind(page, photometric);
    const samples = await page.readRasters({ interleave: true });
    const read = await pixelReader(page, samples, photometric);
    const step = page.getSamplesPerPixel();
    const data = new Uint8Array(width * height * 3);
    for (let i = 0; i < width * height; i++) read(i * step, data, i * 3);
    return { data, width, height, channels: 3 };
  } catch (error) {
    if (error instanceof ImageError) throw error;
    throw new ImageError(`the TIFF file is damaged, or of a kind that is not decoded: ${(error as Error).message}`, {
      cause: error,
    });
  }
};
