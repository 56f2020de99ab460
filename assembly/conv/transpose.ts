// Transposed convolution: every input pixel is added to the output pixels under its kernel.

import { TapRunRecord } from '../generated/layout';
import { gemm } from './gemm';
import { madd, storeLanes } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/** y[p][o] = bias[o]: the values to which the taps are added */
export function convTransposeStart(y: usize, bias: usize, pixels: i32, channels: i32): void {
  for (; pixels > 0; pixels--, y += bytesOf(channels)) {
    let at: usize = 0;
    for (let n = channels; n > 0; n -= 4, at += 16) storeLanes(y + at, v128.load(bias + at), n);
  }
}

/**
 * y[target of run r, pixel m][o] += sum over c of x[source of run r, pixel m][c] * w[panel of run r][o / 8][c][o % 8]
 *
 * A run is four i32: the byte offsets `source`, `target` and `panel`, and a number of pixels. Its pixels are contiguous
 * in `x` and `stride` apart in `y`. Pixels of `x` and `y` have `inputs` and `outputs` channels, of which `depth` and
 * `columns` are used. `zeros` holds zeros for `columns` rounded up to 8.
 */
export function convTransposeRuns(
  y: usize,
  x: usize,
  w: usize,
  zeros: usize,
  runs: usize,
  count: i32,
  stride: i32,
  inputs: i32,
  outputs: i32,
  depth: i32,
  columns: i32,
): void {
  for (const end = runs + <usize>count * TapRunRecord.BYTES; runs < end; runs += TapRunRecord.BYTES) {
    const target = y + load<u32>(runs, TapRunRecord.target);
    const pixels = load<i32>(runs, TapRunRecord.pixels);
    gemm(
      target,
      stride * outputs,
      x + load<u32>(runs, TapRunRecord.source),
      inputs,
      w + load<u32>(runs, TapRunRecord.panel),
      zeros,
      target,
      pixels,
      columns,
      depth,
      pixels,
      -Infinity,
      Infinity,
    );
  }
}

/** Like `convTransposeRuns`, with one input and one output channel per group: y[...][c] += x[...][c] * w[panel][c] */
export function convTransposeDepthwise(
  y: usize,
  x: usize,
  w: usize,
  runs: usize,
  count: i32,
  stride: i32,
  channels: i32,
): void {
  const xStep = bytesOf(channels);
  const yStep = xStep * stride;
  for (const end = runs + <usize>count * TapRunRecord.BYTES; runs < end; runs += TapRunRecord.BYTES) {
    const taps = w + load<u32>(runs, TapRunRecord.panel);
    let source = x + load<u32>(runs, TapRunRecord.source);
    let target = y + load<u32>(runs, TapRunRecord.target);
    for (let pixels = load<i32>(runs, TapRunRecord.pixels); pixels > 0; pixels--, source += xStep, target += yStep) {
      let at: usize = 0;
      for (let n = channels; n > 0; n -= 4, at += 16) {
        const sum = madd(v128.load(source + at), v128.load(taps + at), v128.load(target + at));
        storeLanes(target + at, sum, n);
      }
    }
  }
}
