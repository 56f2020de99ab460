// The page of a profile: where the time of a network goes, in one HTML file.

import { barChart, type Chart } from './chart.js';
import { macRate, peakText, rateText, shareText, timeText, wholePercent, workText } from './cost-text.js';
import { renderDocument } from './document.js';
import { html, type Markup } from './html.js';
import { COLOURS } from './matrix.js';
import { count, sizes, time } from './numbers.js';
import type { Cost, NetworkProfile, ProfiledLayer } from './profile.js';
import { sortableTable, type Column } from './sortable-table.js';
import { STYLE } from './style.js';
import { plural } from './text.js';
import { inBytes, inMilliseconds } from './units.js';

/** What was profiled, where, when and how; times in milliseconds. */
export type ProfiledRun = {
  /** The name of the model's file. */
  file: string;
  kernels: string;
  threads: number;
  runs: number;
  median: number;
  p95: number;
  min: number;
  memory: { linear: number; weights: number; arena: number };
  /** Versions of groupwise, and of what runs it. */
  groupwise: string;
  engine: string;
  machine: string;
  date: string;
  /** The command line. */
  command: string;
};

const LINKS = [
  ['costs', 'Costs'],
  ['kinds', 'Kinds of layers'],
  ['bars', 'Bars'],
  ['all', 'Layers'],
  ['reading', 'How to read it'],
] as const;

/** Added to the style sheet of reports. */
const PROFILE_STYLE = `
main{max-width:80rem}
code{overflow-wrap:anywhere}
.facts>:has(code){grid-column:1/-1}
`;

/** The page of a profile. */
export const renderProfile = (profile: NetworkProfile, run: ProfiledRun): string =>
  renderDocument(
    `${run.file}: where the time goes`,
    LINKS,
    STYLE + PROFILE_STYLE,
    html`${header(run)}${costs(profile, run)}${kindsSection(profile)}${barsSection(profile)}
<section id="all"><h2>All layers</h2>${layerTable(profile)}</section>
${explanation(profile)}`,
  );

const fact = (name: string, value: string | Markup): Markup => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

const header = ({ file, kernels, threads, groupwise, engine, machine, date, command }: ProfiledRun): Markup =>
  html`<header><h1>${file}</h1>
<dl class="facts">${[
    fact('Kernels', `${kernels}, ${plural(threads, 'thread')}`),
    fact('groupwise', groupwise),
    fact('Engine', engine),
    fact('Machine', machine),
    fact('Date', html`<time datetime="${date}">${date.slice(0, 16).replace('T', ' ')} UTC</time>`),
    fact('Command', html`<code>${command}</code>`),
  ]}</dl></header>
`;

const card = (name: string, value: Markup | string, note: string): Markup =>
  html`<div><dt>${name}</dt><dd>${value} <span class="quiet">${note}</span></dd></div>`;

const costs = ({ total, runs, peak, peakOfCore }: NetworkProfile, run: ProfiledRun): Markup => {
  const { memory, median, p95, min } = run;
  const { simd, relaxed } = peakOfCore;
  return html`<section id="costs"><h2>What a run costs</h2>
<dl class="cards">${[
    card(
      'A run',
      time(min),
      `the fastest of ${run.runs}; median ${inMilliseconds(median)}, p95 ${inMilliseconds(p95)}`,
    ),
    card('Its layers', time(total.milliseconds), `each at its fastest in ${plural(runs, 'profiled run')}`),
    card('Multiply-accumulates', count(total.macs), 'of the weights in the file'),
    card('Rate', rateText(total), `${peakText(total) || '0 %'} of the peak`),
    card(
      'Peak',
      macRate(peak),
      `on a core ${macRate(simd)} with plain SIMD${relaxed ? `, ${macRate(relaxed)} with relaxed SIMD` : ''}`,
    ),
    card(
      'Linear memory',
      inBytes(memory.linear),
      `weights ${inBytes(memory.weights)}, activations ${inBytes(memory.arena)}`,
    ),
  ]}</dl></section>
`;
};

/** The class of each kind's colour. */
const coloursOf = ({ kinds }: NetworkProfile): Map<string, string> =>
  new Map(kinds.map(({ kind }, place) => [kind, `g${place % COLOURS}`]));

const kindsSection = (profile: NetworkProfile): Markup => {
  const colours = coloursOf(profile);
  const [first] = profile.kinds;
  const rows = profile.kinds.map(
    (kind) =>
      html`<tr><th scope="row"><i class="swatch ${colours.get(kind.kind)}"></i>${kind.kind}</th><td class="number">${kind.layers}</td><td class="number">${workText(kind)}</td><td class="number">${timeText(kind)}</td><td class="track">${shareBar(kind, first!.share, colours.get(kind.kind)!)}</td><td class="number">${rateText(kind)}</td><td class="number">${peakText(kind)}</td></tr>
`,
  );
  return html`<section id="kinds"><h2>Kinds of layers</h2>
<div class="scroll" role="region" aria-label="Table of kinds of layers" tabindex="0"><table class="layers"><caption>Layers of the same op and algorithm, those that take the most time first.</caption>
<thead><tr><th scope="col">Kind</th><th scope="col" class="number">Layers</th><th scope="col" class="number">Work</th><th scope="col" class="number">Time</th><th scope="col" class="track">Share</th><th scope="col" class="number">Rate</th><th scope="col" class="number">Of peak</th></tr></thead>
<tbody>${rows}</tbody></table></div></section>
`;
};

const shareBar = (cost: Cost, highest: number, colour: string): Markup | false =>
  cost.bytes > 0 &&
  html`<span>${shareText(cost)}</span><i class="bar ${colour}" style="--length:${(cost.share / (highest || 1)).toFixed(3)}"></i>`;

/** Shows a quantity, or a word for none. */
const orElse =
  (none: string, show: (value: number) => string) =>
  (value: number): string =>
    value ? show(value) : none;

const barsSection = (profile: NetworkProfile): Markup => {
  const colours = coloursOf(profile);
  const chart = (quantity: Pick<Chart<ProfiledLayer>, 'title' | 'of' | 'show'>) =>
    barChart({
      ...quantity,
      layers: profile.layers,
      labelOf: ({ place, name, kind }) => `${place}. ${name} (${kind})`,
      classOf: ({ kind }) => colours.get(kind)!,
      anchorOf: ({ place }) => `row-${place}`,
    });
  return html`<section id="bars"><h2>Where time goes</h2>
<p>One bar for each layer, from first to last, in the colour of its kind. A bar links to its row in the table.</p>
<ul class="legend">${profile.kinds.map(({ kind }) => html`<li><i class="swatch ${colours.get(kind)}"></i>${kind}</li>`)}</ul>
${chart({ title: 'Time of each layer', of: ({ milliseconds }) => ({ value: milliseconds }), show: orElse('free', inMilliseconds) })}
${chart({ title: 'Share of the peak', of: ({ shareOfPeak = 0 }) => ({ value: shareOfPeak }), show: orElse('no MACs', wholePercent) })}</section>
`;
};

const layerTable = (profile: NetworkProfile): Markup =>
  sortableTable({
    name: 'layers',
    label: 'Table of all layers',
    caption:
      'All layers in the order of computation, with shapes as they are in memory: channels last. A layer that only changes the shape of an array is free.',
    className: 'layers',
    columns: columnsOf(profile),
    rows: profile.layers,
    idOf: ({ place }) => `row-${place}`,
  });

/** A shape, narrow enough for a table of many columns. */
const shapeText = (shape: readonly number[]): string => sizes(shape).replaceAll(' × ', '×');

const columnsOf = (profile: NetworkProfile): Column<ProfiledLayer>[] => {
  const colours = coloursOf(profile);
  const highest = Math.max(...profile.layers.map(({ share }) => share));
  const timeOf = ({ bytes, milliseconds }: Cost): number | undefined => (bytes ? milliseconds : undefined);
  const speedOf = ({ macsPerSecond }: Cost): number | undefined => macsPerSecond;
  return [
    { title: '#', kind: 'number', cell: ({ place }) => place },
    { title: 'Layer', kind: 'row', cell: ({ name }) => name, key: ({ name }) => name },
    {
      title: 'Kind',
      cell: ({ kind }) => html`<i class="swatch ${colours.get(kind)}"></i>${kind}`,
      key: ({ kind }) => kind,
    },
    { title: 'Inputs', cell: ({ inputs }) => inputs.map(shapeText).join(', ') },
    { title: 'Output', cell: ({ output }) => shapeText(output) },
    { title: 'Work', kind: 'number', cell: workText, key: ({ macs, bytes }) => macs || (bytes ? 0 : undefined) },
    { title: 'Time', kind: 'number', cell: timeText, key: timeOf },
    {
      title: 'Share',
      kind: 'track',
      cell: (layer) => shareBar(layer, highest, colours.get(layer.kind)!),
      key: timeOf,
    },
    { title: 'Rate', kind: 'number', cell: rateText, key: speedOf },
    { title: 'Of peak', kind: 'number', cell: peakText, key: speedOf },
  ];
};

const explanation = ({ layers }: NetworkProfile): Markup => {
  const fewer = layers.some(({ algorithm = '' }) => algorithm.startsWith('Winograd'));
  return html`<section id="reading"><h2>How to read it</h2>
<p>The time of a layer is its shortest in these runs, with random numbers as input, so that other programs on this machine hardly count. Its work is multiply-accumulates (MACs) of the weights in the file; what groups left out does not count. For a layer without MACs it is the bytes of its inputs, weights and output.</p>
<p>The peak was measured by the same command, in WebAssembly like the kernels: loops that only multiply and add vectors in registers, on one core. It is multiplied by the number of threads. Layers also load and store numbers, so they stay below it. Pointwise and direct convolutions with many channels come closest. Few channels, small groups and depthwise convolutions reach less, since each loaded number is multiplied only a few times; a product of one vector with a matrix waits for the memory that holds the weights.</p>
${fewer && html`<p>Winograd's algorithm needs a quarter of the multiplications for F(4,3), tiles of 4 × 4 pixels, and 16 of 36 for F(2,3). Its MACs are those of the direct way, so it may exceed the peak.</p>`}</section>`;
};
