// Where a photo lies in the network's input: sizes, crop and border.

import { ImageError } from '../errors.js';
import type { Preprocess } from './preprocess-spec.js';
import type { Window } from './resample.js';

/** Where a photo comes to lie in the network's input. */
export type Placement = {
  /** Size of the whole resized photo. */
  width: number;
  height: number;
  /** The part of the resized photo that is used. */
  window: Window;
  /** Where the top left corner of that part lies in the input; the rest is border. */
  left: number;
  top: number;
};

const SIZE_LIMIT = 2 ** 31 - 1;

/** Rounds ties to the even integer, as Python's `round` does. */
export const roundHalfEven = (value: number): number => {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
};

const half = (space: number): number => Math.floor(space / 2);

const resizedSize = (width: number, height: number, p: Preprocess): [number, number] => {
  switch (p.resize) {
    case 'none':
      return [width, height];
    case 'squash':
      return [p.width, p.height];
    case 'letterbox': {
      const fitsWidth = p.width * height <= p.height * width;
      return fitsWidth
        ? [p.width, Math.max(1, roundHalfEven((height * p.width) / width))]
        : [Math.max(1, roundHalfEven((width * p.height) / height)), p.height];
    }
    default: {
      const round = p.resize === 'short-side' ? roundHalfEven : Math.trunc;
      const long = round((p.shortSide * Math.max(width, height)) / Math.min(width, height));
      return width <= height ? [p.shortSide, long] : [long, p.shortSide];
    }
  }
};

// One direction of the centre crop: where the part begins in the photo, its length, and where it begins in the input.
const placeLine = (photo: number, input: number, p: Preprocess): [number, number, number] => {
  const space = photo - input;
  if (space < 0) return [0, photo, half(-space)];
  return [p.resize === 'short-side-truncated' ? roundHalfEven(space / 2) : half(space), input, 0];
};

/**
 * Resized size, centre crop and border of a photo of `width` x `height` pixels.
 *
 * @throws {ImageError} if the photo is so long and narrow that its resized side passes 2^31
 */
export const placeImage = (width: number, height: number, p: Preprocess): Placement => {
  const [resizedWidth, resizedHeight] = resizedSize(width, height, p);
  if (Math.max(resizedWidth, resizedHeight) > SIZE_LIMIT) {
    throw new ImageError(
      `the image of ${width}x${height} pixels is too narrow to bring its short side to ${p.shortSide}`,
    );
  }
  const [windowLeft, windowWidth, left] = placeLine(resizedWidth, p.width, p);
  const [windowTop, windowHeight, top] = placeLine(resizedHeight, p.height, p);
  const window = { left: windowLeft, top: windowTop, width: windowWidth, height: windowHeight };
  return { width: resizedWidth, height: resizedHeight, window, left, top };
};
