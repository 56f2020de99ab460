// The module of the JPEG decoder; it is separate from the kernels of networks, and loaded with the decoder only.

export { transformBlocks } from './transform';
export { joinRows, loadRow, widenRow } from './upsample';
export { writeYcc } from './colour';
