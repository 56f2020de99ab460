// The top of the report: facts about the network, its costs, and an explanation of groups.

import { inBytes } from './units.js';
import type { TensorInfo } from '../ir/tensor.js';
import { html, type Markup } from './html.js';
import { groupsPicture } from './matrix.js';
import { groupOrder } from './channel-order.js';
import { movesOf, timeOf, type Measured, type MeasuredLayer } from './measured.js';
import { against, count, share, sizes, time } from './numbers.js';
import { plural } from './text.js';

/** What was measured, where and when. */
export type Circumstances = { file: string; bytes?: number; build: string; machine: string; date: Date };

/** The top of the page: facts about the network and its costs. */
export const summary = (network: Measured, around: Circumstances): Markup => {
  const { metadata, milliseconds, runs } = network;
  const moves = movesOf(network);
  return html`<header><h1>${around.file}</h1>
<dl class="facts">${[
    fact('Source', [metadata.source ?? 'not stated', metadata.producer && ` by ${metadata.producer}`]),
    fact('Inputs', showTensors(network.inputs)),
    fact('Outputs', showTensors(network.outputs)),
    fact('Labels', metadata.labels ? `for ${metadata.labels.length} classes` : 'none'),
    fact('License of the weights', metadata.license ?? 'not stated'),
    metadata.pruned !== undefined && fact('Pruned', `${plural(metadata.pruned, 'unused channel')}`),
    around.bytes !== undefined && fact('File', inBytes(around.bytes)),
  ]}</dl></header>
<section id="costs"><h2>What a run costs</h2>
<dl class="cards">${[
    card('Multiply-accumulates', count(network.macs), [against('macs', network, network.dense), doneText(network)]),
    card('Weights in the file', count(network.weights), against('weights', network, network.dense)),
    card('Time', time(milliseconds), `the fastest of ${plural(runs, 'profiled run')}, one thread`),
    card(
      'Linear memory',
      inBytes(network.memory.linear),
      `weights ${inBytes(network.memory.weights)}, activations ${inBytes(network.memory.arena)}`,
    ),
    card(
      'Remaining channel reorderings',
      String(moves.length),
      `${showMoves(moves)}; ${share(timeOf(moves), network.layerMilliseconds)} of the time`,
    ),
  ]}</dl>
<p class="quiet">Measured with ${around.build} kernels on ${around.machine}, <time datetime="${around.date.toISOString()}">${around.date.toISOString().slice(0, 16).replace('T', ' ')} UTC</time>, with random numbers as input. The time of a layer is its shortest in these runs.</p></section>
`;
};

const EXAMPLE = {
  inputs: 6,
  outputs: 5,
  groups: [
    { inputs: [0, 2, 5], outputs: [1, 4] },
    { inputs: [1, 3], outputs: [0, 2] },
  ],
};

/** Explains groups to new readers. */
export const explanation = ({ layers }: Measured): Markup => html`<section id="reading"><h2>What a learned group is</h2>
<p>In a dense convolution every output channel is computed from every input channel. In a learned-group convolution, training has divided the channels into groups of any size, and each output reads only the inputs of its own group. Most of the multiplications are gone.</p>
<div class="example">${groupsPicture(EXAMPLE, groupOrder(EXAMPLE), 'example', 'An example: two groups of six inputs and five outputs')}
<p>In the pictures a column is an input channel and a row is an output channel. A coloured cell says that this output reads this input, and each group has a colour. Here the first group has 3 inputs and 2 outputs, the second has 2 and 2. The grey column is an input that nothing reads, the grey row an output that reads nothing. 10 of 30 multiplications are left.</p></div>
<p>Learned groups are scattered over the channels. A second picture shows the same groups with the channels in the order of memory. The converter has put the outputs of a group next to each other where it could; other channels are read and written through lists, so nothing is sorted while the network runs.</p>
${layers.some(({ kind }) => kind === 'gated') && html`<p>A gated layer has no fixed groups. Its outputs are divided into heads, and for each sample the network chooses which inputs a head reads. The others are not multiplied, and not even computed if nothing else needs them. Pictures of such layers are striped, because the columns of a head differ between samples.</p>`}
<p>The dense network in this report is the same network if every output read all inputs; depthwise layers stay as they are. A multiply-accumulate (MAC) is one multiplication and one addition.</p></section>
`;

const doneText = ({ macs, macsDone }: Measured): Markup | false =>
  macsDone < macs && html`; <strong>${count(macsDone)}</strong> for the measured input, because layers choose channels`;

const fact = (name: string, value: Parameters<typeof html>[1]): Markup =>
  html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

const card = (name: string, value: Markup | string, note: Parameters<typeof html>[1]): Markup =>
  html`<div><dt>${name}</dt><dd>${value} <span class="quiet">${note}</span></dd></div>`;

const showMoves = (moves: readonly MeasuredLayer[]): string => {
  const gathers = moves.filter(({ op }) => op === 'gather').length;
  return `${plural(gathers, 'gather')}, ${plural(moves.length - gathers, 'transpose')}`;
};

const showTensors = (tensors: readonly TensorInfo[]): string =>
  tensors.map(({ name, shape, type }) => `${name}: ${sizes(shape).replaceAll('-1', 'N')} ${type}`).join(', ');
