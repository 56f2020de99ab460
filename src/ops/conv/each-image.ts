// Runs kernels that work on one sample's image on every sample.

import type { AddressOf, Scratch, Step, Table } from '../../ir/plan.js';
import { sizeOf } from '../../ir/tensor.js';
import { samplesOf, type Value } from '../../ir/value.js';
import { ALL } from '../../kernels/parts.js';
import type { Kernels } from '../../kernels/wasm.js';
import { isPadded, type Geometry } from './geometry.js';

/** Input and output of a convolution; `padding` and `padded` are for the zero-padded copy of an image. */
export type Images = { x: Value; output: Value; geometry: Geometry; padding: Table; padded: Scratch };

/**
 * A step that calls `product` for every sample with the addresses of its image (padded if necessary) and its output.
 */
export const eachImage = (
  kernels: Kernels,
  address: AddressOf,
  { x, output, geometry, padding, padded }: Images,
  product: (image: number, y: number, sample: number) => void,
): Step => {
  const [samples, xBytes, yBytes] = [samplesOf(x), sizeOf(x.shape.slice(1)) * 4, sizeOf(output.shape.slice(1)) * 4];
  const [from, to, places, copy] = [address(x), address(output), address(padding), address(padded)];
  const pads = isPadded(geometry);
  return () => {
    for (let n = 0; n < samples; n++) {
      const image = from + n * xBytes;
      if (pads) kernels.remap(copy, image, places, 0, 0, ALL);
      product(pads ? copy : image, to + n * yBytes, n);
    }
  };
};
