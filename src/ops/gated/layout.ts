// The stages of a gated chain, and the addresses of their scratch memory.

import { sizeOf } from '../../ir/tensor.js';
import { CACHED_BYTES, gatedPlaces, type GatedPlaces, type GatedSizes } from './panels.js';
import { gatedSizes } from './attrs.js';
import { geometryOf, isPadded, isPointwise, paddedBytes, type Geometry } from '../conv/geometry.js';
import { alignUp } from '../../ir/plan.js';
import type { Member } from './member.js';
import { tiledGeometry } from '../conv/tiles.js';
import { placesOf } from '../conv/winograd-weights.js';
import { placeSizes, tilePlaces, type TilePlaces } from './tile-places.js';
import { OVERREAD } from '../shared/row-window.js';
import { channelsOf } from '../../ir/value.js';

/** Target for the total size of the bands between layers, in bytes, if the layers can run in bands of rows. */
const BAND_BYTES = 512 * 1024;

/** Height and width of a depthwise filter. */
const FILTER_SIZE = 3;

/** Addresses of a stage's results: its values, the list of computed channels, and each channel's index in that list. */
export type Made = { values: number; list: number; positions: number };

type StageOf<Kind> = {
  kind: Kind;
  member: Member;
  geometry: Geometry;
  sizes: GatedSizes;
  /** Pixels of the output. */
  pixels: number;
  /** Undefined for the last stage, whose output is the output of the chain. */
  made: Made | undefined;
};

/** A depthwise stage; `filters` is the address of its channels' weights, followed by their biases. */
export type FilterStage = StageOf<'filter'> & { filters: number };

/**
 * A stage that is a product. `padded` is the address of the zero-padded image, `windows` that of the offsets of
 * windows; undefined where the stage needs none. `copied` has the list of the channels that are copied before
 * they are read. `tiles` is undefined if it is direct.
 */
export type ProductStage = StageOf<'product'> & {
  places: GatedPlaces;
  padded: number | undefined;
  copied: Omit<Made, 'values'> | undefined;
  windows: number | undefined;
  tiles: TilePlaces | undefined;
};

/** A product in tiles. Its sizes are those of one place, and its image is padded to whole tiles. */
export type TiledStage = ProductStage & { tiles: TilePlaces };

/** Whether a product runs in tiles. */
export const isTiled = (stage: ProductStage): stage is TiledStage => stage.tiles !== undefined;

/** A layer of a chain with the addresses of its scratch memory. */
export type Stage = FilterStage | ProductStage;

/** Stages in `bytes` of scratch memory. They compute `rows` rows of the last output at a time; all unless `banded`. */
export type Layout = { stages: Stage[]; rows: number; banded: boolean; bytes: number };

/**
 * Maximum size of panels packed at once, in bytes: every band needs all panels; whole images need only those in cache.
 */
export const packedBytes = (banded: boolean): number => (banded ? Infinity : CACHED_BYTES);

/** Lays out the stages of a chain from `start` on. */
export const layoutStages = (members: readonly Member[], start: number): Layout => {
  const rows = bandRows(members);
  const banded = rows < members.at(-1)!.node.output.shape[1]!;
  let end = start;
  const take = (bytes: number): number => {
    const place = end;
    end = alignUp(end + bytes);
    return place;
  };
  const stages = members.map((member, i): Stage => {
    const { x, bias, gates, attrs, node } = member;
    const geometry = geometryOf(x, attrs);
    const sizes = gatedSizes(x, bias, gates, attrs.kernel);
    const [channels, pixels] = [channelsOf(node.output), sizeOf(node.output.shape.slice(1, -1))];
    const held = banded ? maxRows(members, i, rows) * node.output.shape[2]! : pixels;
    const takeMade = (): Made | undefined =>
      i === members.length - 1
        ? undefined
        : {
            values: take(held * channels * 4 + OVERREAD),
            list: take((channels + 1) * 4),
            positions: take(channels * 4),
          };
    if (member.kind === 'filter') {
      const filters = take((sizes.taps + 1) * (channels + 3) * 4);
      return { kind: 'filter', member, geometry, sizes, pixels, filters, made: takeMade() };
    }
    const { tile } = member;
    const place = tile ? placeSizes(sizes) : sizes;
    const places = gatedPlaces(place, end, packedBytes(banded), tile && placesOf(tile));
    take(places.bytes - end);
    const image = tile ? tiledGeometry(tile, x, node.output, attrs) : geometry;
    const copied = member.copies
      ? { list: take((channelsOf(x) + 1) * 4), positions: take(channelsOf(x) * 4) }
      : undefined;
    const padded = copied || isPadded(image) ? take(paddedBytes(image) + OVERREAD) : undefined;
    const windows = tile || isPointwise(geometry) ? undefined : take(pixels * 4);
    const tiles = tile && tilePlaces(tile, sizes, node.output, take);
    const own = { member, geometry: image, sizes: place, pixels, places, padded, copied, windows, tiles };
    return { kind: 'product', ...own, made: takeMade() };
  });
  return { stages, rows, banded, bytes: end };
};

/** Rows of the last output in a band; all rows unless the chain is pointwise, depthwise, gated pointwise. */
const bandRows = (members: readonly Member[]): number => {
  const [first, middle, last] = members;
  const total = members.at(-1)!.node.output.shape[1]!;
  const pointwise = ({ x, attrs }: Member) => isPointwise(geometryOf(x, attrs));
  if (members.length !== 3 || middle!.kind !== 'filter' || !pointwise(first!) || !pointwise(last!)) return total;
  const bytes = (i: number, count: number) =>
    maxRows(members, i, count) * sizeOf(members[i]!.node.output.shape.slice(2)) * 4;
  let rows = total;
  while (rows > 1 && bytes(0, rows) + bytes(1, rows) > BAND_BYTES) rows--;
  return rows;
};

/** Maximum number of rows of member i's output that `rows` rows of a banded chain's output need. */
const maxRows = (members: readonly Member[], i: number, rows: number): number => {
  const needed = i > 0 ? rows : (rows - 1) * members[1]!.attrs.strides[0]! + FILTER_SIZE;
  return Math.min(members[i]!.node.output.shape[1]!, needed);
};
