// Draws where the network saw a class, over the picture.

import type { Metadata, Tensor } from 'groupwise';

/** The part of a picture that the network sees, in pixels of the picture. */
export type Crop = { x: number; y: number; width: number; height: number };

/** The part at the centre that pre-processing keeps of a picture of this size. */
export const cropOf = (width: number, height: number, how: Metadata['preprocess']): Crop => {
  if (!how || !how.resize.startsWith('short-side')) return { x: 0, y: 0, width, height };
  const scale = Math.min(width, height) / how.shortSide;
  const [w, h] = [Math.min(width, how.width * scale), Math.min(height, how.height * scale)];
  return { x: (width - w) / 2, y: (height - h) / 2, width: w, height: h };
};

/** Colours from cold to hot with their opacity, as red, green, blue and alpha. */
const SCALE: readonly (readonly [number, number, number, number])[] = [
  [42, 157, 143, 0],
  [42, 157, 143, 0.08],
  [237, 201, 72, 0.5],
  [225, 87, 89, 0.75],
];

const colourAt = (heat: number): number[] => {
  const place = heat * (SCALE.length - 1);
  const low = Math.min(Math.floor(place), SCALE.length - 2);
  return SCALE[low]!.map((from, i) => from + (SCALE[low + 1]![i]! - from) * (place - low));
};

/** Shares of a class in each place, from 0 to 1: what lowers the score counts as 0. */
const heatOf = ({ data, shape }: Tensor, index: number): { heat: number[]; rows: number; columns: number } => {
  const [, rows, columns, classes] = shape as [number, number, number, number];
  const values = Array.from({ length: rows * columns }, (_, place) => Number(data[place * classes + index]));
  const max = Math.max(...values, Number.MIN_VALUE);
  return { heat: values.map((value) => Math.max(0, value) / max), rows, columns };
};

/** Values between the places of the map, interpolated linearly. */
const sampleAt = (heat: readonly number[], rows: number, columns: number, x: number, y: number): number => {
  const [column, row] = [x * columns - 0.5, y * rows - 0.5];
  const at = (r: number, c: number) =>
    heat[Math.min(rows - 1, Math.max(0, r)) * columns + Math.min(columns - 1, Math.max(0, c))]!;
  const [left, top] = [Math.floor(column), Math.floor(row)];
  const [dx, dy] = [column - left, row - top];
  const upper = at(top, left) * (1 - dx) + at(top, left + 1) * dx;
  const lower = at(top + 1, left) * (1 - dx) + at(top + 1, left + 1) * dx;
  return upper * (1 - dy) + lower * dy;
};

/** Pixels of the drawing along a side, which the browser scales. */
const SIDE = 112;

/** Draws the map of a class [1,rows,columns,classes] and places it over the seen part of a picture of the given size. */
export const drawHeat = (
  canvas: HTMLCanvasElement,
  maps: Tensor,
  index: number,
  crop: Crop,
  { width, height }: { width: number; height: number },
): void => {
  const { heat, rows, columns } = heatOf(maps, index);
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(SIDE, SIDE);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const value = sampleAt(heat, rows, columns, (x + 0.5) / SIDE, (y + 0.5) / SIDE);
      const [red, green, blue, alpha] = colourAt(value) as [number, number, number, number];
      image.data.set([red, green, blue, alpha * 255], (y * SIDE + x) * 4);
    }
  context.putImageData(image, 0, 0);
  const share = (part: number, whole: number) => `${(part / whole) * 100}%`;
  canvas.style.left = share(crop.x, width);
  canvas.style.top = share(crop.y, height);
  canvas.style.width = share(crop.width, width);
  canvas.style.height = share(crop.height, height);
};
