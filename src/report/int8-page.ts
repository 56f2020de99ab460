// The layers of an int8 network, for the page of a comparison.

import { floatLayers, showFloatLayers, type FloatLayers } from './float-layers.js';
import { html, type Markup } from './html.js';
import { sortableTable, type Column } from './sortable-table.js';

/** A layer; an int8 layer's output has a signal-to-noise ratio against the network of floats. */
type Layer = { name: string; op: string; isInt8: boolean; floatReason?: string; decibels?: number };

/** The layers in float with the reasons, and the table of all layers. */
export const int8Layers = (layers: readonly Layer[]): Markup => html`<h3>In float</h3>${inFloat(floatLayers(layers))}
<h3>All layers</h3>
<p>The signal-to-noise ratio compares an int8 layer's output with the same output in the network of floats: 20 dB is an error of a tenth, 40 dB of a hundredth. It includes what earlier layers add, so it falls along the network; a layer that is much lower than the one before is where precision is lost.</p>
${sortableTable({
  name: 'layers',
  label: 'Table of all layers',
  caption: 'All layers, those with the most noise first; # is the order of computation.',
  className: 'layers stacked',
  start: NOISE,
  columns: columnsFor(layers),
  rows: layers.map((layer, i) => ({ ...layer, place: i + 1 })),
})}`;

const inFloat = (groups: readonly FloatLayers[]): Markup =>
  groups.length
    ? html`<ul class="reasons">${groups.map(
        (group) => html`<li>${showFloatLayers(group)} <span class="quiet">${group.names.join(', ')}</span></li>`,
      )}</ul>`
    : html`<p>None: all layers compute in int8.</p>`;

const arithmetic = ({ isInt8 }: Layer): string => (isInt8 ? 'int8' : 'float');

/** The column of the noise, by which the table is sorted at the start. */
const NOISE = 4;

const columnsFor = (layers: readonly Layer[]): Column<Layer & { place: number }>[] => {
  const most = Math.max(...layers.map(({ decibels = 0 }) => (decibels < Infinity ? decibels : 0)), Number.MIN_VALUE);
  return [
    { title: '#', kind: 'number', cell: ({ place }) => place },
    { title: 'Layer', kind: 'row', cell: ({ name }) => name, key: ({ name }) => name },
    { title: 'Op', cell: ({ op }) => op, key: ({ op }) => op },
    { title: 'Arithmetic', cell: arithmetic, key: arithmetic },
    {
      title: 'Signal-to-noise',
      kind: 'track',
      cell: ({ decibels }) => decibels !== undefined && noise(decibels, most),
      key: ({ decibels }) => decibels,
      isAscending: true,
    },
  ];
};

const noise = (decibels: number, most: number): Markup => {
  const length = Math.min(Math.max(decibels / most, 0), 1);
  const text = decibels < Infinity ? `${decibels.toFixed(1)} dB` : 'exact';
  return html`<span>${text}</span><i class="bar f-groups" style="--length:${length.toFixed(3)}"></i>`;
};
