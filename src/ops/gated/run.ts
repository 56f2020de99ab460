// Runs a gated chain: chooses the channels that any head keeps for a sample, then computes only these, layer by layer.

import type { AddressOf, Clock, Step } from '../../ir/plan.js';
import { bytesOf, samplesOf } from '../../ir/value.js';
import type { Kernels } from '../../kernels/wasm.js';
import { rowsRead } from '../conv/run-depthwise.js';
import type { MemberTables, PackedMember } from './member.js';
import { isTiled, type FilterStage, type Layout, type ProductStage } from './layout.js';
import { copiedChannels, prepareImage } from './image.js';
import { packRange } from './pack.js';
import { runTiled } from './run-tiled.js';
import {
  choose,
  filterMacs,
  filterRows,
  listPanels,
  multiply,
  packFilters,
  type Bound,
  type BoundPanels,
  type Chosen,
} from './stage.js';
import { advance, rowZero, type Window } from '../shared/row-window.js';

/** Binds a chain. */
export const bindStages = (
  layout: Layout,
  packed: readonly PackedMember[],
  tables: readonly MemberTables[],
  kernels: Kernels,
  address: AddressOf,
): Step => {
  const samples = samplesOf(layout.stages[0]!.member.x);
  const bound: Bound = {
    ...layout,
    kernels,
    constants: packed.map(({ bias, weights }, i) => ({
      bias: address(bias),
      weights: address(weights),
      windows: address(tables[i]!.windows),
      taps: address(tables[i]!.taps),
    })),
    sampleOf: (value, sample) => (value ? address(value) + (sample * bytesOf(value)) / samples : 0),
  };
  const runSample = bound.banded ? bandedSample : wholeSample;
  return (clock) => {
    for (let sample = 0; sample < samples; sample++) runSample(bound, sample, choose(bound, sample), clock);
  };
};

/** Runs a sample layer by layer. */
const wholeSample = (bound: Bound, sample: number, chosen: readonly Chosen[], clock?: Clock): void => {
  const { stages, constants, sampleOf } = bound;
  stages.forEach((stage, i) => {
    const x = i ? stages[i - 1]!.made!.values : sampleOf(stage.member.x, sample);
    const y = stage.made?.values ?? sampleOf(stage.member.node.output, sample);
    const made = chosen[i];
    if (stage.kind === 'filter') {
      packFilters(bound, constants[i]!, stage, made!);
      filterRows(bound, stage, made!.count, x, y, 0, stage.member.node.output.shape[1]!);
      clock?.(i, filterMacs(stage, made!));
      return;
    }
    const read = i ? chosen[i - 1] : copiedChannels(bound, stage, sample);
    const image = prepareImage(bound, constants[i]!, stage, read, x);
    if (isTiled(stage)) {
      const tiledMacs = runTiled(bound, i, stage, sample, read, made, image, y);
      clock?.(i, tiledMacs);
      return;
    }
    const pixels = { image, y, residual: sampleOf(stage.member.residual, sample), count: stage.pixels };
    const { product, ranges, macs } = listPanels(bound, i, stage, sample, read, made);
    for (const range of ranges) {
      packRange(product, range);
      multiply(bound, stage, [range], read, made, pixels);
    }
    clock?.(i, macs);
  });
};

/** Runs a chain of pointwise, depthwise and gated pointwise layers in bands of rows. */
const bandedSample = (bound: Bound, sample: number, chosen: readonly Chosen[], clock?: Clock): void => {
  const { kernels, stages, constants, rows, sampleOf } = bound;
  const [expand, filter, project] = stages as [ProductStage, FilterStage, ProductStage];
  const [used] = chosen as [Chosen];
  const expandPanels = packWhole(bound, 0, expand, sample, chosen);
  const projectPanels = packWhole(bound, 2, project, sample, chosen);
  packFilters(bound, constants[1]!, filter, used);
  const [total, columns, outputs] = project.member.node.output.shape.slice(1) as [number, number, number];
  const expandColumns = expand.member.node.output.shape[2]!;
  const window: Window = {
    address: expand.made!.values,
    rowBytes: expandColumns * used.count * 4,
    reads: rowsRead(filter.geometry),
    from: 0,
    to: 0,
  };
  const x = sampleOf(expand.member.x, sample);
  const [y, residual] = [sampleOf(project.member.node.output, sample), sampleOf(project.member.residual, sample)];
  const makeRows = (first: number, last: number) =>
    multiply(bound, expand, expandPanels.ranges, undefined, used, {
      image: x + first * expandColumns * expand.sizes.channels * 4,
      y: rowZero(window) + first * window.rowBytes,
      residual: 0,
      count: (last - first) * expandColumns,
    });
  for (let first = 0; first < total; first += rows) {
    const last = Math.min(total, first + rows);
    advance(window, window.reads(first, last), makeRows, kernels);
    clock?.(0);
    const filtered = filter.made!.values - first * columns * used.count * 4;
    filterRows(bound, filter, used.count, rowZero(window), filtered, first, last);
    clock?.(1);
    const offset = first * columns * outputs * 4;
    multiply(bound, project, projectPanels.ranges, used, undefined, {
      image: filter.made!.values,
      y: y + offset,
      residual: residual && residual + offset,
      count: (last - first) * columns,
    });
    clock?.(2);
  }
  [expandPanels.macs, filterMacs(filter, used), projectPanels.macs].forEach((macs, i) => clock?.(i, macs));
};

/** Lists and packs all panels of a product. */
const packWhole = (
  bound: Bound,
  i: number,
  stage: ProductStage,
  sample: number,
  chosen: readonly Chosen[],
): BoundPanels => {
  const panels = listPanels(bound, i, stage, sample, chosen[i - 1], chosen[i]);
  for (const range of panels.ranges) packRange(panels.product, range);
  return panels;
};
