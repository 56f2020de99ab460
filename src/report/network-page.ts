// The report of a network: its groups, costs and times in one HTML file.

import { barChart, type Chart } from './chart.js';
import { renderDocument } from './document.js';
import { html, type Markup } from './html.js';
import { layerSection } from './layers.js';
import { layerTable } from './layer-table.js';
import { anchorOf, familyOf, type Measured, type MeasuredLayer } from './measured.js';
import { inMilliseconds, inThousands } from './units.js';
import { STYLE } from './style.js';
import { explanation, summary, type Circumstances } from './summary.js';

const LEGEND = [
  ['groups', 'in groups'],
  ['gated', 'in groups chosen per sample'],
  ['dense', 'dense'],
  ['depthwise', 'depthwise'],
  ['move', 'gather or transpose'],
  ['other', 'other'],
] as const;

const LINKS = [
  ['costs', 'Costs'],
  ['reading', 'Groups explained'],
  ['bars', 'Bars'],
  ['all', 'Layers'],
  ['convolutions', 'Convolutions'],
] as const;

/** The page of a measured network. */
export const renderReport = (network: Measured, around: Circumstances): string => {
  const convolutions = network.layers.filter(({ kind }) => kind);
  return renderDocument(
    `${around.file}: groups and costs`,
    LINKS,
    STYLE,
    html`${summary(network, around)}${explanation(network)}
<section id="bars"><h2>Where time and multiplications go</h2>
<p>One bar for each layer, from first to last. A bar links to its layer.</p>
<ul class="legend">${LEGEND.map(([family, text]) => html`<li><i class="swatch f-${family}"></i>${text}</li>`)}<li><i class="swatch f-ghost"></i>additional cost of the dense layer</li></ul>
${chart(network, { title: 'Time of each layer', of: ({ milliseconds = 0 }) => ({ value: milliseconds }), show: inMilliseconds })}
${chart(network, { title: 'MACs of each layer', of: macsOf, show: inThousands })}</section>
<section id="all"><h2>All layers</h2>${layerTable(network)}</section>
<section id="convolutions"><h2>Convolutions and their groups</h2>${
      convolutions.length
        ? convolutions.map((layer) => layerSection(layer, network))
        : html`<p>The network has none.</p>`
    }</section>`,
  );
};

const chart = ({ layers }: Measured, quantity: Pick<Chart<MeasuredLayer>, 'title' | 'of' | 'show'>): Markup =>
  barChart({
    ...quantity,
    layers,
    labelOf: ({ place, name }) => `${place}. ${name}`,
    classOf: (layer) => `f-${familyOf(layer)}`,
    anchorOf,
  });

/** Multiply-accumulates as computed, and without groups. */
const macsOf = ({ macs, macsDone = macs, dense }: MeasuredLayer) => ({
  value: macsDone,
  dense: dense.macs,
});
