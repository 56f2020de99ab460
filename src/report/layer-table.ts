// The table of all layers, one row per layer.

import { html, type Markup } from './html.js';
import { kindText } from './layers.js';
import { anchorOf, familyOf, type Measured, type MeasuredLayer } from './measured.js';
import { count, fewer, share, sizes, time } from './numbers.js';
import { sortableTable, type Column } from './sortable-table.js';

/** The table of all layers. */
export const layerTable = (network: Measured): Markup =>
  sortableTable({
    name: 'layers',
    label: 'Table of all layers',
    caption: 'All layers in the order of computation. A layer that only changes the shape of an array is free.',
    className: 'layers',
    columns: columnsOf(network),
    rows: network.layers,
    idOf: ({ place }) => `row-${place}`,
  });

const kindOf = (layer: MeasuredLayer): string => kindText(layer) || layer.op;

const columnsOf = ({ layers, layerMilliseconds }: Measured): Column<MeasuredLayer>[] => {
  const slowest = Math.max(...layers.map(({ milliseconds = 0 }) => milliseconds), Number.MIN_VALUE);
  const timeOf = ({ milliseconds }: MeasuredLayer): number | undefined => milliseconds;
  return [
    { title: '#', kind: 'number', cell: ({ place }) => place },
    {
      title: 'Layer',
      kind: 'row',
      cell: (layer) => (layer.kind ? html`<a href="#${anchorOf(layer)}">${layer.name}</a>` : layer.name),
      key: ({ name }) => name,
    },
    { title: 'Kind', cell: kindOf, key: kindOf },
    {
      title: 'Time',
      kind: 'number',
      cell: ({ milliseconds }) => (milliseconds === undefined ? 'free' : time(milliseconds)),
      key: timeOf,
    },
    {
      title: 'Share',
      kind: 'track',
      cell: (layer) => shareBar(layer, layerMilliseconds, slowest),
      key: timeOf,
    },
    { title: 'MACs', kind: 'number', cell: ({ macs }) => macs > 0 && count(macs), key: ({ macs }) => macs },
    {
      title: 'Against dense',
      kind: 'number',
      cell: ({ macs, dense }) => macs !== dense.macs && fewer(macs, dense.macs),
      key: ({ macs, dense }) => dense.macs / macs || 0,
    },
    {
      title: 'Weights',
      kind: 'number',
      cell: ({ weights }) => weights > 0 && count(weights),
      key: ({ weights }) => weights,
    },
    { title: 'Output', cell: ({ output }) => sizes(output) },
  ];
};

const shareBar = (layer: MeasuredLayer, total: number, slowest: number): Markup | undefined => {
  const { milliseconds } = layer;
  if (milliseconds === undefined) return undefined;
  const length = (milliseconds / slowest).toFixed(3);
  return html`<span>${share(milliseconds, total)}</span><i class="bar f-${familyOf(layer)}" style="--length:${length}"></i>`;
};
