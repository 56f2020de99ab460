// The result of `groupwise convert` as text.

import { gzipSync } from 'node:zlib';
import type { Conversion, ConversionOptions } from '../converter/conversion.js';
import { OPEN } from '../converter/reading/inputs.js';
import { showShape } from '../ir/tensor.js';
import { inBytes, inThousands } from '../report/units.js';
import { countInt8, showInt8Counts } from './int8-counts.js';
import { showOpenSizes } from './open-sizes.js';
import { shortenName, shortenText } from './output.js';

const countOf = (names: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  return sorted.map(([name, count]) => `${count} ${name}`).join(', ');
};

/** What rounding the weights costs: the signal-to-noise ratio of the layers. */
const noiseOf = (conversion: Conversion): string => {
  const noise = conversion.signalToNoise();
  if (!noise.length) return '';
  const worst = noise.reduce((a, b) => (b.decibels < a.decibels ? b : a));
  const mean = noise.reduce((sum, { decibels }) => sum + decibels, 0) / noise.length;
  return `noise    weights of ${noise.length} layers are rounded: signal-to-noise ${mean.toFixed(1)} dB on average, at worst ${worst.decibels.toFixed(1)} dB (${shortenName(worst.layer)})`;
};

/** How many layers of a quantised network compute with integers of 8 bits, and how many with floats. */
const int8Of = ({ layers }: ReturnType<Conversion['describe']>): string[] => {
  const counts = countInt8(layers);
  return counts.int8 ? [`int8     ${showInt8Counts(counts)}`] : [];
};

/** The size of the network, with its external data, before and after; compressed where weights are stored in fewer bits. */
const sizesOf = (sizeBefore: number, bytes: Uint8Array, isRounded: boolean): string => {
  const compressed = isRounded ? `, gzipped ${inBytes(gzipSync(bytes, { level: 9 }).length)}` : '';
  return `size     ${inBytes(sizeBefore)} -> ${inBytes(bytes.length)}${compressed}`;
};

const ONE_SAMPLE = "PyTorch's exporters may fix the batch if the example they get has one sample: give them two";

/** How many samples a run takes, and why not any; `shapes` are those that options give. */
const batchOf = ({ graph, whyOneSample }: Conversion, shapes: ConversionOptions['shapes'] = {}): string => {
  if (graph.dynamicBatch) return 'batch    any';
  const batch = graph.inputs[0]?.shape[0] ?? 1;
  const isGiven = graph.inputs.some(({ name }) => Object.hasOwn(shapes, name) && shapes[name]![0] !== OPEN);
  if (isGiven) return `batch    ${batch}, as given with --shape`;
  const why = whyOneSample ? `though the file leaves it open: ${shortenText(whyOneSample)}` : 'fixed in the file';
  return `batch    ${batch}, ${why}${batch === 1 ? `\n         (${ONE_SAMPLE})` : ''}`;
};

/** Which sizes images may have, if the file leaves them open. */
const imagesOf = ({ graph: { openSizes, inputs } }: Conversion): string[] => {
  if (!openSizes) return [];
  return [
    `images   ${showOpenSizes(openSizes)}; the costs are for ${inputs.map(({ shape }) => showShape(shape)).join(', ')}`,
  ];
};

/** What a conversion gave, as text; `shapes` are those that options give. */
export const showConversion = (
  conversion: Conversion,
  shapes: ConversionOptions['shapes'],
  sizeBefore: number,
  bytes: Uint8Array,
): string => {
  const { operators, metadata } = conversion;
  const noise = noiseOf(conversion);
  const description = conversion.describe();
  const { layers, macs, weights } = description;
  const { labels, preprocess } = metadata;
  return [
    `nodes    ${operators.length}: ${countOf(operators)}`,
    `layers   ${layers.length ? `${layers.length}: ${countOf(layers.map(({ op }) => op))}` : 'none: the outputs are inputs or constants'}`,
    ...int8Of(description),
    `costs    ${inThousands(macs)} multiply-accumulates, ${inThousands(weights)} weights`,
    batchOf(conversion, shapes),
    ...imagesOf(conversion),
    sizesOf(sizeBefore, bytes, noise !== ''),
    ...(noise ? [noise] : []),
    `labels   ${labels?.length ?? 'none'}`,
    `photos   ${preprocess ? `${preprocess.width}x${preprocess.height} ${preprocess.order}` : 'no pre-processing: use --preprocess to classify photos'}`,
  ].join('\n');
};
