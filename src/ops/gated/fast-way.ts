// Chooses how members of a chain are computed where results need not be exact, before the kept channels are known.

import { geometryOf } from '../conv/geometry.js';
import { PANEL, panelsCost } from '../conv/panels.js';
import { cheapestTiles, isPlain3x3 } from '../conv/winograd-cost.js';
import { TAPS, type TileSize } from '../conv/winograd-weights.js';
import { gatedSizes } from './attrs.js';
import type { Member } from './member.js';

/** The assumed share of channels that a head keeps; all channels are assumed to be kept by some head. */
const KEPT = 1 / 2;

/** The cost of packing the taps of a channel for eight outputs, in the unit of `panelsCost`; for tiles they are transformed. */
const PACKED = { direct: 13, 2: 35, 4: 51 } as const;

/** Copied channels are read for at least this many outputs and taps, so that reading neighbours saves more time. */
const MIN_READS = 128;

/** How a member is computed. */
export type Way = Pick<Member, 'tile' | 'copies'>;

/** The fastest way; the first member of a chain may copy the channels that it keeps. */
export const fastWay = (member: Member, isFirst: boolean): Way => {
  const tile = gatedTileSize(member);
  const { x, bias, gates, attrs } = member;
  const { heads, outputs, taps } = gatedSizes(x, bias, gates, attrs.kernel);
  const isRead = tile !== undefined || (heads === 1 && outputs * taps >= MIN_READS);
  return { tile, copies: isFirst && gates !== undefined && isRead };
};

/** The size of the tiles for a member; undefined if it is direct. */
const gatedTileSize = ({ kind, x, bias, gates, attrs }: Member): TileSize | undefined => {
  const geometry = geometryOf(x, attrs);
  if (kind !== 'product' || !isPlain3x3(geometry)) return undefined;
  const { channels, outputs, heads } = gatedSizes(x, bias, gates, attrs.kernel);
  const kept = Math.ceil(channels * (gates ? KEPT : 1));
  const count = heads * Math.ceil(outputs / heads / PANEL);
  // every second channel: inputs that are found through a list
  const panel = { outputs: [0], inputs: Array.from({ length: kept }, (_, k) => k * 2) };
  const packed = count * kept;
  const costOf = (taps: number) => count * panelsCost([panel], taps);
  return cheapestTiles(geometry, outputs, {
    direct: costOf(TAPS),
    perPlace: costOf(1),
    weights: { direct: packed * PACKED.direct, 2: packed * PACKED[2], 4: packed * PACKED[4] },
  });
};
