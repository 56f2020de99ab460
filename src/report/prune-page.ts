// The layers of a pruned network, for the page of a comparison.

import { html, type Markup } from './html.js';
import { sortableTable, type Column } from './sortable-table.js';
import { percent } from './text.js';

/** A layer that was pruned. */
type Layer = { name: string; inputs: number; outputs: number; kernel: readonly number[]; zeros: number };

/** The table of the layers that can be pruned. */
export const prunedLayers = (layers: readonly Layer[]): Markup =>
  sortableTable({
    name: 'layers',
    label: 'Table of the layers that can be pruned',
    caption:
      'The layers that can be pruned, and the share of their weights that kernels skip, the largest first; # is the order of computation.',
    className: 'layers stacked',
    start: ZEROS,
    columns,
    rows: layers.map((layer, i) => ({ ...layer, place: i + 1 })),
  });

/** The column of the zeros, by which the table is sorted at the start. */
const ZEROS = 5;

const columns: Column<Layer & { place: number }>[] = [
  { title: '#', kind: 'number', cell: ({ place }) => place },
  { title: 'Layer', kind: 'row', cell: ({ name }) => name, key: ({ name }) => name },
  { title: 'Inputs', kind: 'number', cell: ({ inputs }) => inputs, key: ({ inputs }) => inputs },
  { title: 'Outputs', kind: 'number', cell: ({ outputs }) => outputs, key: ({ outputs }) => outputs },
  { title: 'Kernel', cell: ({ kernel }) => kernel.join('x') },
  {
    title: 'Zeros',
    kind: 'track',
    cell: ({ zeros }) => [
      html`<span>${percent(zeros)}</span>`,
      html`<i class="bar f-groups" style="--length:${zeros.toFixed(3)}"></i>`,
    ],
    key: ({ zeros }) => zeros,
  },
];
