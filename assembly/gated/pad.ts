// Zero padding around an image, or around the channels of it that a sample keeps.

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

/** As `padImage`, but of the `count` channels in `list` only, which become neighbours. */
export function padChosen(
  y: usize,
  x: usize,
  list: usize,
  count: i32,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  bottom: i32,
  right: i32,
): void {
  const pixel = bytesOf(channels);
  const end = list + bytesOf(count);
  const line = (width + left + right) * count;
  y = fillWords(y, 0, top * line + left * count);
  for (let r = 0; r < height; r++) {
    for (let c = 0; c < width; c++, x += pixel) {
      for (let at = list; at < end; at += 4, y += 4) store<f32>(y, load<f32>(x + ((<usize>load<u32>(at)) << 2)));
    }
    y = fillWords(y, 0, (r < height - 1 ? left + right : right) * count);
  }
  fillWords(y, 0, bottom * line);
}
