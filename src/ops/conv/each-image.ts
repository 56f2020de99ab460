// Runs kernels that work on one sample's image on every sample.

import type { AddressOf, Scratch, Step, Table } from '../../ir/plan.js';
import { bytesOf, samplesOf, type Value } from '../../ir/value.js';
import { ALL } from '../../kernels/parts.js';
import type { Kernels } from '../../kernels/wasm.js';
import { isPadded, type Geometry } from './geometry.js';

/** Input and output of a convolution; `padding`, `padded` and the word `fill`, by default 0, are for the padded copy of an image. */
export type Images = { x: Value; output: Value; geometry: Geometry; padding: Table; padded: Scratch; fill?: number };

/**
 * A step that calls `product` for every sample with the addresses of its image (padded if necessary) and its output.
 */
export const eachImage = (
  kernels: Kernels,
  address: AddressOf,
  { x, output, geometry, padding, padded, fill = 0 }: Images,
  product: (image: number, y: number, sample: number) => void,
): Step => {
  const samples = samplesOf(x);
  const [xBytes, yBytes] = [bytesOf(x) / samples, bytesOf(output) / samples];
  const [from, to, places, copy] = [address(x), address(output), address(padding), address(padded)];
  const pads = isPadded(geometry);
  return () => {
    for (let n = 0; n < samples; n++) {
      const image = from + n * xBytes;
      if (pads) kernels.remap(copy, image, places, fill, 0, ALL);
      product(pads ? copy : image, to + n * yBytes, n);
    }
  };
};
