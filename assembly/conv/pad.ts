// Zero padding around an image.

import { bytesOf, copyWords, fillWords } from '../shared/words';

/** Copies an image [height][width][channels] and puts zeros around it. */
export function padImage(
  y: usize,
  x: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  bottom: i32,
  right: i32,
): void {
  const run = width * channels;
  const line = run + (left + right) * channels;
  y = fillWords(y, 0, top * line + left * channels);
  for (let r = 0; r < height; r++, x += bytesOf(run)) {
    copyWords(y, x, run);
    y = fillWords(y + bytesOf(run), 0, (r < height - 1 ? left + right : right) * channels);
  }
  fillWords(y, 0, bottom * line);
}
