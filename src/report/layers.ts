// The section of a convolution: its kind, its costs, and pictures of its groups.

import { groupOrder, idleChannels, memoryOrder, sameOrder, type Channels } from './channel-order.js';
import { html, type Markup } from './html.js';
import { COLOURS, densePicture, depthwisePicture, groupsPicture, headsPicture } from './matrix.js';
import { anchorOf, type Measured, type MeasuredLayer } from './measured.js';
import { against, count, share, sizes, time } from './numbers.js';
import { plural } from './text.js';

/** Maximum number of rows in the table of groups. */
const MAX_ROWS = 64;

/** The section of a convolution. */
export const layerSection = (layer: MeasuredLayer, network: Measured): Markup => {
  const { name, inputs, output, macs, macsDone = macs, weights, dense, milliseconds } = layer;
  return html`<section class="layer" id="${anchorOf(layer)}"><h3><span class="place">${layer.place}</span> ${name}</h3>
<p>${describeKind(layer)}</p><p class="quiet"><span>From ${sizes(inputs[0] ?? [])}</span> <span>to ${sizes(output)}</span></p>
<dl><div><dt>MACs</dt><dd>${count(macs)} ${layer.heads ? 'if every gate is open' : against('macs', { macs, weights }, dense)}${macsDone < macs && html`; <strong>${count(macsDone)}</strong> for the measured input`}</dd></div>
<div><dt>Weights</dt><dd>${count(weights)} ${against('weights', { macs, weights }, dense)}</dd></div>
${milliseconds !== undefined && html`<div><dt>Time</dt><dd>${time(milliseconds)} <span class="quiet">${share(milliseconds, network.layerMilliseconds)}</span></dd></div>`}</dl>
${picturesOf(layer)}</section>
`;
};

/** The kind of a layer and the number of its groups or heads. */
export const kindText = ({ kind, groups, heads }: MeasuredLayer): string => {
  if (!kind) return '';
  if (heads) return `${kind}, ${plural(heads.count, 'head')}`;
  if (!groups) return kind;
  return `${kind}, ${plural(groups.length, 'group')}`;
};

const KINDS = {
  dense: 'every output reads every input',
  depthwise: 'every channel has its own filter',
} as const;

const describeKind = (layer: MeasuredLayer): string => {
  const { kind, kernel = [], groups, heads } = layer;
  const window = `${kernel.join('×')} convolution`;
  if (kind === 'dense' || kind === 'depthwise') return `${window}, ${kind}: ${KINDS[kind]}.`;
  if (heads) {
    const each = heads.count === 1 ? 'it' : 'each';
    return `${window}, gated: ${plural(heads.count, 'head')} of ${plural(heads.outputs, 'output')}; ${each} reads some of ${plural(heads.inputs, 'input')}, chosen per sample.`;
  }
  if (!groups?.length) return `${window}: no output reads an input.`;
  const members = `${plural(groups.length, 'group')} of ${describeSizes(layer)}`;
  if (kind === 'grouped') return `${window}, grouped: ${members}, of adjacent channels.`;
  return `${window}, blocks: ${members}.${describeIdle(layer)}`;
};

const describeSizes = ({ groups = [] }: MeasuredLayer): string => {
  const span = (counts: number[], noun: string) => {
    const [min, max] = [Math.min(...counts), Math.max(...counts)];
    return min === max ? plural(min, noun) : `${min} to ${plural(max, noun)}`;
  };
  return `${span(
    groups.map(({ inputs }) => inputs.length),
    'input',
  )} and ${span(
    groups.map(({ outputs }) => outputs.length),
    'output',
  )}`;
};

const describeIdle = (layer: MeasuredLayer): string => {
  const idle = idleChannels(channelsOf(layer));
  const inputs =
    idle.inputs.length &&
    ` ${plural(idle.inputs.length, 'input')} (grey columns) ${idle.inputs.length === 1 ? 'is' : 'are'} not read.`;
  const outputs =
    idle.outputs.length &&
    ` ${plural(idle.outputs.length, 'output')} (grey rows) ${idle.outputs.length === 1 ? 'reads' : 'read'} no input.`;
  return `${inputs || ''}${outputs || ''}`;
};

const channelsOf = ({ inputs, output, groups = [] }: MeasuredLayer): Channels => ({
  inputs: inputs[0]!.at(-1)!,
  outputs: output.at(-1)!,
  groups,
});

const picturesOf = (layer: MeasuredLayer): Markup => {
  const channels = channelsOf(layer);
  const { inputs, outputs } = channels;
  const size = `${plural(outputs, 'output')} (rows), ${plural(inputs, 'input')} (columns)`;
  const figure = (picture: Markup, caption: string) =>
    html`<figure>${picture}<figcaption>${caption}</figcaption></figure>`;
  if (layer.kind === 'dense') return figure(densePicture(inputs, outputs, `All of ${size}`), size);
  if (layer.kind === 'depthwise')
    return figure(
      depthwisePicture(inputs, `Each of ${plural(inputs, 'channel')} reads itself`),
      plural(inputs, 'channel'),
    );
  if (layer.heads) {
    const picture = headsPicture(layer.heads, `All of ${size}, one colour per head`);
    return figure(picture, `${size}; each colour is a head, and stripes represent the inputs chosen per sample`);
  }
  const [memory, sorted] = [memoryOrder(channels), groupOrder(channels)];
  const id = `l${layer.place}`;
  const title = `${size}, coloured by group`;
  const pictures = sameOrder(memory, sorted)
    ? [figure(groupsPicture(channels, memory, id, title), `${size}, in memory order, which is the order of the groups`)]
    : [
        figure(groupsPicture(channels, sorted, `${id}s`, `${title} and sorted by group`), `${size}, sorted by group`),
        figure(groupsPicture(channels, memory, id, `${title}, in memory order`), 'the same in memory order'),
      ];
  return html`<div class="pictures">${pictures}</div>${sizesTable(layer)}`;
};

const sizesTable = (layer: MeasuredLayer): Markup => {
  const { groups = [], kernel = [] } = layer;
  const taps = kernel.reduce((product, size) => product * size, 1);
  const rows = groups.slice(0, MAX_ROWS).map(({ inputs, outputs }, index) => {
    return html`<tr><th scope="row"><i class="swatch g${index % COLOURS}"></i>${index + 1}</th><td>${inputs.length}</td><td>${outputs.length}</td><td>${inputs.length * outputs.length * taps}</td></tr>`;
  });
  const rest = groups.length - rows.length;
  return html`<details><summary>Sizes of the groups</summary><table class="sizes"><caption>Groups of layer ${layer.place}${rest > 0 && `, the first ${rows.length}; ${rest} more follow`}</caption>
<thead><tr><th scope="col">Group</th><th scope="col">Inputs</th><th scope="col">Outputs</th><th scope="col">Weights</th></tr></thead><tbody>${rows}</tbody></table></details>`;
};
