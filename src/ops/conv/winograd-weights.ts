// Weights of 3x3 convolutions transformed for Winograd's convolutions (Lavin and Gray 2015, arXiv:1509.09308).

import { floatTable, type Table } from '../../ir/plan.js';
import type { Block } from '../../ir/structure.js';
import { weightRows, weightsPerTap } from './block-weights.js';
import { packPanels, panelWords } from './panel-tables.js';
import type { Panel } from './panels.js';

/** Rows and columns of a tile of the output. */
export type TileSize = 2 | 4;

/** Taps of the kernel: 3 x 3. */
const TAPS = 9;

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
  const count = weightsPerTap(blocks);
  const noBias = new Float32Array(outputs);
  return floatTable(words * placesOf(m), (target, packer) => {
    const place = new Float32Array(count);
    const columns = [new Float64Array(count), new Float64Array(count), new Float64Array(count)] as const;
    FACTORS[m].forEach((left, i) => {
      columns.forEach((column, kx) => combineRows(column, left, kx, blocks, weights));
      FACTORS[m].forEach((right, j) => {
        combine(place, columns, right);
        const start = (i * FACTORS[m].length + j) * words;
        packPanels(target.subarray(start, start + words), panels, blocks, 1, place, noBias, packer);
      });
    });
  });
};

/** A column of u g for all filters g and a row u of G, in the order of the blocks' connections. */
const combineRows = (
  column: Float64Array,
  [u, v, w]: Factors,
  kx: number,
  blocks: readonly Block[],
  weights: Float32Array,
): void => {
  for (const { inputs, start } of weightRows(blocks, TAPS)) {
    const channels = inputs.length;
    const to = start / TAPS;
    const [first, second, third] = [0, 1, 2].map((ky) => start + (ky * 3 + kx) * channels) as [number, number, number];
    for (let c = 0; c < channels; c++) {
      column[to + c] = u * weights[first + c]! + v * weights[second + c]! + w * weights[third + c]!;
    }
  }
};

/** The columns times a row of G. */
const combine = (
  place: Float32Array,
  [a, b, c]: readonly [Float64Array, Float64Array, Float64Array],
  [x, y, z]: Factors,
): void => {
  for (let i = 0; i < place.length; i++) place[i] = x * a[i]! + y * b[i]! + z * c[i]!;
};
