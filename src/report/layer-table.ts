// The table of all layers, one row per layer.

import { anchorOf } from './chart.js';
import { html, type Markup } from './html.js';
import { kindText } from './layers.js';
import { familyOf, type Measured, type MeasuredLayer } from './measured.js';
import { count, fewer, share, sizes, time } from './numbers.js';
import { shorten } from './text.js';

/** Maximum length of a name in characters; longer ones are shortened at the start. */
const MAX_NAME = 28;

/** The table of all layers. */
export const layerTable = (network: Measured): Markup => {
  const slowest = Math.max(...network.layers.map(({ milliseconds = 0 }) => milliseconds), Number.MIN_VALUE);
  return html`<div class="scroll" role="region" aria-label="Table of all layers" tabindex="0"><table class="layers"><caption>All layers in the order of computation. A layer that only changes the shape of an array is free</caption>
<thead><tr><th scope="col">#</th><th scope="col">Layer</th><th scope="col">Kind</th><th scope="col">Time</th><th scope="col">Share</th><th scope="col">MACs</th><th scope="col">Against dense</th><th scope="col">Weights</th><th scope="col">Output</th></tr></thead>
<tbody>${network.layers.map((layer) => row(layer, network, slowest))}</tbody></table></div>
`;
};

const row = (layer: MeasuredLayer, network: Measured, slowest: number): Markup => {
  const { place, name, op, output, macs, weights, dense, milliseconds, kind } = layer;
  const title = kind ? html`<a href="#${anchorOf(layer)}">${shorten(name, MAX_NAME)}</a>` : shorten(name, MAX_NAME);
  const bar =
    milliseconds !== undefined &&
    html`<i class="bar f-${familyOf(layer)}" style="width:${((milliseconds / slowest) * 100).toFixed(1)}%"></i>`;
  const timing =
    milliseconds === undefined
      ? html`<td>free</td><td></td>`
      : html`<td>${time(milliseconds)}</td><td class="track"><span>${share(milliseconds, network.layerMilliseconds)}</span>${bar}</td>`;
  return html`<tr id="row-${place}"><td>${place}</td><th scope="row" title="${name}">${title}</th><td>${kindText(layer) || op}</td>${timing}<td>${
    macs > 0 && count(macs)
  }</td><td>${macs !== dense.macs && fewer(macs, dense.macs)}</td><td>${weights > 0 && count(weights)}</td><td>${sizes(output)}</td></tr>
`;
};
