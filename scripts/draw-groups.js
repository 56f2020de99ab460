// Draws docs/images/groups.svg: the groups of a layer of the bundled model, with its channels as stored and sorted by group.
// `npm run docs` writes it. Its colours are legible on light and dark pages.

import { readFileSync } from 'node:fs';
import { loadModel } from '../build/src/node.js';
import { groupOrder, memoryOrder } from '../build/src/report/channel-order.js';
import { html } from '../build/src/report/html.js';
import { groupShapes } from '../build/src/report/matrix.js';
import { GROUP_COLOURS } from '../build/src/report/tokens.js';

const MODEL = new URL('../models/cifar10-fast-flgc4/model.gw', import.meta.url);

/** A 3x3 convolution from 96 channels to 96: a cell of the drawing is the 9 weights between two channels. */
const LAYER = 'conv2d_4/conv';
const CELL_WEIGHTS = 9;

/** Pixels of a cell, and of the drawing around the two panels. */
const CELL = { width: 4, height: 3 };
const MARGIN = { left: 22, top: 30, between: 64, bottom: 52 };

const STYLE = `
text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#7b818d}
.title{font-size:15px;font-weight:600}
.panel{fill:#8b93a5;fill-opacity:.1;stroke:#8b93a5;stroke-opacity:.45}
.arrow{fill:none;stroke:#8b93a5;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.s{fill:none}
${GROUP_COLOURS.map((colour, i) => `.g${i}{fill:${colour};stroke:${colour}}`).join('\n')}
g>path:not(.s){stroke:none}
`;

const layerOf = async (name) => {
  const model = await loadModel(new Uint8Array(readFileSync(MODEL)));
  const layer = model.describe().layers.find((own) => own.name === name);
  model.dispose();
  if (!layer?.groups) throw new Error(`${MODEL.pathname} has no layer ${name} with groups`);
  return { inputs: layer.inputs[0].at(-1), outputs: layer.output.at(-1), groups: layer.groups };
};

/** One panel at `x`: a frame, its title above it, and the groups with their channels at these places. */
const panel = (x, title, channels, places, id) => {
  const [width, height] = [channels.inputs * CELL.width, channels.outputs * CELL.height];
  const view = `0 0 ${channels.inputs} ${channels.outputs}`;
  return html`<text class="title" x="${x}" y="${MARGIN.top - 12}">${title}</text>
<rect class="panel" x="${x - 0.5}" y="${MARGIN.top - 0.5}" width="${width + 1}" height="${height + 1}" rx="2"/>
<svg x="${x}" y="${MARGIN.top}" width="${width}" height="${height}" viewBox="${view}" preserveAspectRatio="none" shape-rendering="crispEdges">${groupShapes(channels, places, id)}</svg>
`;
};

/** The drawing, as SVG. */
export const drawGroups = async () => {
  const channels = await layerOf(LAYER);
  const { inputs, outputs, groups } = channels;
  const [width, height] = [inputs * CELL.width, outputs * CELL.height];
  const right = MARGIN.left + width + MARGIN.between;
  const size = { width: right + width + 2, height: MARGIN.top + height + MARGIN.bottom };
  const cells = groups.reduce((sum, group) => sum + group.inputs.length * group.outputs.length, 0);
  const [kept, all] = [cells, inputs * outputs].map((count) => (count * CELL_WEIGHTS).toLocaleString('en-US'));
  const middle = MARGIN.top + height / 2;
  const below = MARGIN.top + height;
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img">
<title>The groups of a layer, with its channels as stored and sorted by group</title>
<style>${STYLE}</style>
<text transform="translate(${MARGIN.left - 8} ${middle}) rotate(-90)" text-anchor="middle">${outputs} outputs</text>
${panel(MARGIN.left, `${groups.length} learned groups, channels as stored`, channels, memoryOrder(channels), 'stored')}
<path class="arrow" d="M${right - MARGIN.between + 16} ${middle}h${MARGIN.between - 32}m-8 -7l8 7l-8 7"/>
${panel(right, 'the same, sorted by group', channels, groupOrder(channels), 'sorted')}
<text x="${MARGIN.left + width / 2}" y="${below + 20}" text-anchor="middle">${inputs} inputs</text>
<text x="${right + width / 2}" y="${below + 20}" text-anchor="middle">${inputs} inputs</text>
<text x="${(MARGIN.left + right + width) / 2}" y="${below + 44}" text-anchor="middle">A coloured cell: this output reads this input. ${kept} of ${all} weights are left, and only these are stored and multiplied.</text>
</svg>
`.markup;
};
