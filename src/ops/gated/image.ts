// The images that products read: of which channels, padded.

import { isPadded } from '../conv/geometry.js';
import type { ProductStage } from './layout.js';
import type { Bound, Chosen, Constants } from './stage.js';

/** The channels that the first stage of a chain copies before it reads them; undefined if it reads all where they are. */
export const copiedChannels = (
  { kernels, sampleOf }: Bound,
  { copied, sizes: { heads, channels }, member }: ProductStage,
  sample: number,
): Chosen | undefined => {
  if (!copied) return undefined;
  const { list, positions } = copied;
  const kept = kernels.gateUnion(list, positions, sampleOf(member.gates, sample), heads, channels, 1);
  return { list, positions, kept, count: kept };
};

/** Copies and pads an image of the channels `read` (undefined: all), and finds its windows; returns its address. */
export const prepareImage = (
  { kernels }: Bound,
  constants: Constants,
  { geometry, padded, windows, pixels, copied, sizes: { channels } }: ProductStage,
  read: Chosen | undefined,
  x: number,
): number => {
  const count = read?.count ?? channels;
  if (windows !== undefined) kernels.scaleOffsets(windows, constants.windows, pixels, count);
  const isCopied = copied !== undefined && count < channels;
  if (padded === undefined || !(isCopied || isPadded(geometry))) return x;
  if (!count) return padded;
  const [[height, width], [top, left, bottom, right]] = [geometry.sizes, geometry.pads] as [number[], number[]];
  if (isCopied) {
    kernels.padChosen(padded, x, copied.list, count, height!, width!, channels, top!, left!, bottom!, right!);
  } else kernels.padImage(padded, x, height!, width!, count, top!, left!, bottom!, right!);
  return padded;
};
