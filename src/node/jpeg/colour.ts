// From the components of a JPEG file to RGB.

import type { Workspace } from './workspace.js';

/** What the components of a JPEG file are. */
export type ColourSpace = 'grey' | 'RGB' | 'YCbCr' | 'CMYK' | 'YCCK';

/** Writes one row of RGB pixels at `target`; `rows` are the addresses of the samples of each component. */
type WriteRow = (workspace: Workspace, rows: readonly number[], width: number, target: number) => void;

const writeGrey: WriteRow = ({ bytes }, rows, width, target) => {
  const grey = rows[0]!;
  for (let x = 0, t = target; x < width; x++, t += 3) bytes[t] = bytes[t + 1] = bytes[t + 2] = bytes[grey + x]!;
};

const writeRgb: WriteRow = ({ bytes }, rows, width, target) => {
  for (let c = 0; c < 3; c++) {
    const row = rows[c]!;
    for (let x = 0, t = target + c; x < width; x++, t += 3) bytes[t] = bytes[row + x]!;
  }
};

const writeYcc: WriteRow = ({ kernels }, rows, width, target) =>
  kernels.writeYcc(rows[0]!, rows[1]!, rows[2]!, target, width);

/** a * b / 255, rounded as Pillow does. */
const multiply = (a: number, b: number): number => {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
};

// Files hold 255 minus the ink, as Adobe's programs write it and Pillow assumes: the light that is left of white.
const mixBlack = ({ bytes }: Workspace, black: number, width: number, target: number): void => {
  for (let x = 0, t = target; x < width; x++) {
    const light = bytes[black + x]!;
    for (let c = 0; c < 3; c++, t++) bytes[t] = light - multiply(255 - bytes[t]!, light);
  }
};

const writeCmyk: WriteRow = (workspace, rows, width, target) => {
  writeRgb(workspace, rows, width, target);
  mixBlack(workspace, rows[3]!, width, target);
};

// The colours are inks themselves, not the light that is left.
const writeYcck: WriteRow = (workspace, rows, width, target) => {
  writeYcc(workspace, rows, width, target);
  const { bytes } = workspace;
  for (let t = target; t < target + width * 3; t++) bytes[t] = 255 - bytes[t]!;
  mixBlack(workspace, rows[3]!, width, target);
};

/** Writes one row of RGB pixels, by colour space. */
export const ROW_WRITERS: Readonly<Record<ColourSpace, WriteRow>> = {
  grey: writeGrey,
  RGB: writeRgb,
  YCbCr: writeYcc,
  CMYK: writeCmyk,
  YCCK: writeYcck,
};

/**
 * What the components are, as libjpeg decides it.
 *
 * @param ids of the components
 * @param adobe the transform that Adobe's marker states, if there is one
 */
export const colourSpaceOf = (ids: readonly number[], jfif: boolean, adobe: number | undefined): ColourSpace => {
  if (ids.length === 1) return 'grey';
  if (ids.length === 4) return adobe === undefined || adobe === 0 ? 'CMYK' : 'YCCK';
  if (jfif) return 'YCbCr';
  if (adobe !== undefined) return adobe === 0 ? 'RGB' : 'YCbCr';
  return ids.join() === '82,71,66' ? 'RGB' : 'YCbCr';
};
