// Weights of 3x3 convolutions transformed for Winograd's convolutions (Lavin and Gray 2015, arXiv:1509.09308).

import { floatTable, type Table } from '../../ir/plan.js';
import type { Block } from '../../ir/structure.js';
import { packPanels, panelWords } from './panel-tables.js';
import type { Panel } from './panels.js';

/** Rows and columns of a tile of the output. */
export type TileSize = 2 | 4;

/** Taps of the kernel: 3 x 3. */
export const TAPS = 9;

/** A row of G. */
type Factors = readonly [number, number, number];

/** The matrix G by the size of a tile; points 0, 1, -1 and infinity, for 4 also 2 and -2. */
const FACTORS: Readonly<Record<TileSize, readonly Factors[]>> = {
  2: [
    [1, 0, 0],
    [1 / 2, 1 / 2, 1 / 2],
    [1 / 2, -1 / 2, 1 / 2],
    [0, 0, 1],
  ],
  4: [
    [1 / 4, 0, 0],
    [-1 / 6, -1 / 6, -1 / 6],
    [-1 / 6, 1 / 6, -1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [1 / 24, -1 / 12, 1 / 6],
    [0, 0, 1],
  ],
};

/** Pixels of a tile of the input, and so the number of products. */
export const placesOf = (m: TileSize): number => (m + 2) ** 2;

/** What a profile calls convolutions in tiles of this size. */
export const winogradName = (m: TileSize): string => `Winograd F(${m},3)`;

/** Words of the packed weights of one place. */
export const wordsPerPlace = (panels: readonly Panel[]): number =>
  panels.reduce((sum, panel) => sum + panelWords(panel, 1), 0);

/** The transformed weights G g G^T, place after place, each as panels without biases. */
export const transformedWeights = (
  m: TileSize,
  panels: readonly Panel[],
  blocks: readonly Block[],
  weights: Float32Array,
  outputs: number,
): Table => {
  const words = wordsPerPlace(panels);
  const noBias = new Float32Array(outputs);
  return floatTable(words * placesOf(m), (target, packer) => {
    for (let tap = 0; tap < TAPS; tap++) {
      const place = target.subarray(tap * words, (tap + 1) * words);
      packPanels(place, panels, blocks, TAPS, weights, noBias, packer, tap);
    }
    packer.winograd(target, FACTORS[m]);
  });
};
