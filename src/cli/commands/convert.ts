// `groupwise convert`: converts an ONNX or TensorFlow Lite network to a model file.

import { gzipSync } from 'node:zlib';
import { Option, type Command } from 'commander';
import { UnsupportedError, escaped } from '../../errors.js';
import { Conversion, STAGE_NAMES, type ConversionOptions } from '../../converter/conversion.js';
import { openNetwork } from '../../converter/open.js';
import { printGraph } from '../../converter/print-graph.js';
import { OPEN } from '../../converter/reading/inputs.js';
import type { Graph } from '../../ir/graph.js';
import { showShape } from '../../ir/tensor.js';
import { WEIGHT_TYPES, type WeightType } from '../../format/storage.js';
import { inBytes, inThousands } from '../../report/units.js';
import { besideReader } from '../beside.js';
import { readArray } from '../read-array.js';
import { checkStandardInput, naming, readNetwork, readText, STANDARD } from '../files.js';
import { checkOutput, writeOutput } from '../output-files.js';
import { parseLabels } from '../parse-labels.js';
import { checkTwice, namedValue, quoted, repeated, UsageError } from '../options.js';
import { note, noteWritten, print, shortenName, shortenText } from '../output.js';
import { preprocessOption, readPreprocess } from '../preprocess-option.js';
import { showOpenSizes } from '../open-sizes.js';
import { explainProblems } from '../show-problems.js';
import { checkTestVector, readTestVector } from '../test-vector-option.js';

type Options = {
  output?: string;
  labels?: string;
  preprocess?: string;
  weights: WeightType;
  constant?: string[];
  shape?: string[];
  externalData?: boolean;
  testVector?: string[];
  license?: string;
  printAfter?: string;
};

/** The value of `--print-after` that means all stages. */
const ALL = 'all';

const NO_INPUTS = 'the network has no inputs, or --constant fixes all of them: there is nothing left to run';

const outputPath = (input: string, { output }: Options): string => {
  if (output === undefined && input === STANDARD)
    throw new UsageError('standard input needs -o with the name of the model file');
  if (output === STANDARD && process.stdout.isTTY)
    throw new UsageError('-o - would write the model to the terminal: redirect the standard output, or name a file');
  return output ?? `${input.replace(/\.(onnx|tflite)$/i, '')}.gw`;
};

const readConstants = async (options: readonly string[]): Promise<ConversionOptions['constants']> => {
  const pairs = options.map((option) => namedValue('--constant', option));
  checkTwice(
    '--constant',
    pairs.map(([name]) => name),
  );
  return Object.fromEntries(
    await Promise.all(pairs.map(async ([name, path]) => [name, await readArray(path)] as const)),
  );
};

const sizeOf = (text: string): number => (/^0*[1-9]\d{0,14}$/.test(text) ? Number(text) : NaN);

const parseShape = (option: string): [string, number[]] => {
  const [name, value] = namedValue('--shape', option);
  // a letter, word or question mark in the first place is what the file calls a size that it leaves open
  const [batch = '', ...rest] = value.split(',').map((size) => size.trim());
  const sizes = [/^([a-z_]\w*|\?|-1)$/i.test(batch) ? OPEN : sizeOf(batch), ...rest.map(sizeOf)];
  if (sizes.includes(NaN))
    throw new UsageError(
      `--shape must be like name=1,3,224,224, or name=N,3,224,224 for any number of samples, not ${quoted(option)}`,
    );
  return [name, sizes];
};

const readOptions = async (input: string, options: Options): Promise<ConversionOptions> => {
  const { labels, preprocess, constant = [], shape = [], license, weights } = options;
  const shapes = shape.map(parseShape);
  checkTwice(
    '--shape',
    shapes.map(([name]) => name),
  );
  checkStandardInput([input, labels, preprocess]);
  if (options.externalData && input === STANDARD)
    throw new UsageError('--external-data needs a model file in a folder');
  if (options.externalData && /\.tflite$/i.test(input))
    throw new UsageError('--external-data is for ONNX networks: a TensorFlow Lite file has all its tensors inside');
  return {
    weights,
    constants: await readConstants(constant),
    shapes: Object.fromEntries(shapes),
    ...(labels !== undefined && { labels: parseLabels(await readText(labels), labels) }),
    ...(preprocess !== undefined && { preprocess: await readPreprocess(preprocess) }),
    ...(license !== undefined && { license }),
    onWarning: (message) => note(`note: ${escaped(message)}`),
  };
};

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

/** The ops that turn floats into int8 values and back. */
const CONVERSIONS: readonly string[] = ['quantize', 'dequantize'];

/** How many layers of a quantised network compute with integers of 8 bits, and how many with floats. */
const int8Of = ({ layers }: ReturnType<Conversion['describe']>): string[] => {
  const computing = layers.filter(({ op }) => !CONVERSIONS.includes(op));
  const integers = computing.filter(({ type }) => type === 'int8').length;
  if (!integers) return [];
  const [floats, conversions] = [computing.length - integers, layers.length - computing.length];
  return [`int8     ${integers} layers compute in int8, ${floats} in float; ${conversions} convert between them`];
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

const summarise = (
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

const convert = async (input: string, options: Options): Promise<void> => {
  const output = outputPath(input, options);
  const { testVector, printAfter } = options;
  if (testVector) checkTestVector(testVector);
  const settings = await readOptions(input, options);
  const source = await readNetwork(input);
  let sizeBefore = source.length;
  await checkOutput(output);
  const show = output === STANDARD ? note : print;
  const afterStage = (stage: string, graph: Graph) => {
    if (printAfter === ALL || printAfter === stage) show(`after ${stage}:\n${printGraph(graph, escaped)}\n`);
  };
  const start = async () => {
    const reader = options.externalData === false ? undefined : besideReader(input, (size) => (sizeBefore += size));
    const network = await openNetwork(source, reader);
    const started = await Conversion.from(network, settings, afterStage);
    if (!started.inputs.length) throw new UnsupportedError([NO_INPUTS]);
    return started;
  };
  const convertAll = async () => {
    const started = await explainProblems('convert', start);
    return testVector ? started.withTestVector(await readTestVector(testVector, started.inputs)) : started;
  };
  const conversion = await naming(input, convertAll, options);
  const bytes = conversion.bytes();
  await writeOutput(output, bytes);
  show(summarise(conversion, settings.shapes, sizeBefore, bytes));
  if (output !== STANDARD) noteWritten(output, bytes);
};

/** Adds `groupwise convert`. */
export const addConvert = (program: Command): void => {
  program
    .command('convert')
    .description('convert an ONNX or TensorFlow Lite network to a model file')
    .argument('<network>', 'an .onnx or .tflite file')
    .option('-o, --output <file>', 'the model file; default: next to the network, with .gw')
    .option('--labels <file>', 'names of the classes: one per line, or JSON (a list, or an object from index to name)')
    .addOption(preprocessOption())
    .addOption(new Option('--weights <type>', 'how weights are stored').choices(WEIGHT_TYPES).default('f32'))
    .option('--constant <name=file.npy>', 'make an input of the network constant (may be repeated)', repeated)
    .option(
      '--shape <name=1,3,224,224>',
      'shape of an input whose sizes the network leaves open; name=N,3,224,224 leaves the batch open (may be repeated)',
      repeated,
    )
    .addOption(new Option('--external-data', 'no longer needed: they are read').hideHelp())
    .option('--no-external-data', 'do not read the files in the folder of an ONNX network that hold its tensors')
    .option(
      '--test-vector <[name=]x.npy>',
      'record an input (x.npy, or "random" numbers) and its result for verify (may be repeated)',
      repeated,
    )
    .option('--license <text>', 'license of the weights')
    .addOption(new Option('--print-after <stage>', 'print the graph after a stage').choices([...STAGE_NAMES, ALL]))
    .action(convert);
};
