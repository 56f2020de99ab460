import { dirname } from 'node:path';
import { Option, type Command } from 'commander';
import { convertOnnx, UnsupportedError, type ConvertOptions, type Golden } from '../convert.js';
import { loadModel, type Model } from '../node.js';
import { externalDataReader } from '../node/external-data.js';
import { parseOnnx } from '../converter/onnx/protobuf.js';
import { readArray } from './arrays.js';
import { checkStandardInput, naming, readInput, readText, STANDARD, writeOutput } from './files.js';
import { parseLabels } from './labels.js';
import { randomInputs } from './inputs.js';
import { checkTwice, namedValue, repeated, splitName, UsageError } from './options.js';
import { note, print } from './output.js';
import { inBytes, inThousands } from '../report/units.js';
import { preprocessOption, readPreprocess } from './preprocess.js';
import { showProblems } from './problems.js';

type Options = {
  output?: string;
  labels?: string;
  preprocess?: string;
  weights: 'f32' | 'f16';
  constant?: string[];
  shape?: string[];
  externalData?: boolean;
  golden?: string[];
  licence?: string;
};

const outputPath = (input: string, { output }: Options): string => {
  if (output === undefined && input === STANDARD)
    throw new UsageError('-o is needed for a model from the standard input');
  const path = output ?? `${input.replace(/\.onnx$/i, '')}.gw`;
  if (path === input && path !== STANDARD)
    throw new UsageError(`${path} would be overwritten: choose another name with -o`);
  return path;
};

const readConstants = async (options: readonly string[]): Promise<ConvertOptions['constants']> => {
  const pairs = options.map((option) => namedValue('--constant', option));
  checkTwice(
    '--constant',
    pairs.map(([name]) => name),
  );
  return Object.fromEntries(
    await Promise.all(pairs.map(async ([name, path]) => [name, await readArray(path)] as const)),
  );
};

const parseShape = (option: string): [string, number[]] => {
  const [name, value] = namedValue('--shape', option);
  const sizes = value.split(',').map((size) => (/^\s*\d+\s*$/.test(size) ? Number(size) : NaN));
  if (!sizes.every((size) => Number.isSafeInteger(size) && size > 0))
    throw new UsageError(`--shape takes name=1,3,224,224, not '${option}'`);
  return [name, sizes];
};

const readOptions = async (input: string, options: Options): Promise<ConvertOptions> => {
  const { labels, preprocess, constant = [], shape = [], licence, weights } = options;
  const shapes = shape.map(parseShape);
  checkTwice(
    '--shape',
    shapes.map(([name]) => name),
  );
  checkStandardInput([input, labels, preprocess]);
  if (options.externalData && input === STANDARD)
    throw new UsageError('--external-data needs a model file in a folder');
  return {
    weights,
    constants: await readConstants(constant),
    shapes: Object.fromEntries(shapes),
    ...(labels !== undefined && { labels: parseLabels(await readText(labels), labels) }),
    ...(preprocess !== undefined && { preprocess: await readPreprocess(preprocess) }),
    ...(options.externalData && { externalData: externalDataReader(dirname(input)) }),
    ...(licence !== undefined && { licence }),
  };
};

const readGolden = async (model: Model, options: readonly string[]): Promise<Golden> => {
  if (options.includes('random')) return { inputs: randomInputs(model.inputs) };
  const files = options.map((option) => ({ name: model.inputs[0]!.name, ...splitName(option) }));
  checkTwice(
    '--golden',
    files.map(({ name }) => name),
  );
  const entries = files.map(async ({ name, value }) => {
    return [name, Float32Array.from((await readArray(value)).data, Number)] as const;
  });
  return { inputs: Object.fromEntries(await Promise.all(entries)) };
};

/** @throws {UsageError} for `--golden` that cannot be meant, as far as it can be told without the model */
const checkGolden = (options: readonly string[]): void => {
  if (options.length > 1 && options.includes('random'))
    throw new UsageError('--golden random stands alone: it is for all inputs');
  checkTwice(
    '--golden',
    options.flatMap((option) => splitName(option).name ?? []),
  );
  if (options.filter((option) => splitName(option).name === undefined).length > 1) {
    throw new UsageError('--golden is given twice for the first input: --golden name=file.npy names another');
  }
};

// The option of the library by the name that it has here.
const convertNaming = async (onnx: Uint8Array, settings: ConvertOptions): Promise<Uint8Array<ArrayBuffer>> => {
  try {
    return await convertOnnx(onnx, settings);
  } catch (error) {
    if (error instanceof UnsupportedError) {
      error.message = showProblems(error.problems).replaceAll('give externalData', 'give --external-data');
    }
    throw error;
  }
};

const withGolden = async (
  onnx: Uint8Array,
  bytes: Uint8Array<ArrayBuffer>,
  settings: ConvertOptions,
  golden: string[],
) => {
  const model = await loadModel(bytes);
  try {
    return await convertOnnx(onnx, { ...settings, golden: await readGolden(model, golden) });
  } finally {
    model.dispose();
  }
};

const countOf = (names: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  return sorted.map(([name, count]) => `${count} ${name}`).join(', ');
};

const summarise = async (onnx: Uint8Array, bytes: Uint8Array<ArrayBuffer>): Promise<string> => {
  const model = await loadModel(bytes);
  const { layers, macs, weights, metadata } = model.describe();
  model.dispose();
  const { nodes } = parseOnnx(onnx).graph;
  return [
    `nodes    ${nodes.length}: ${countOf(nodes.map(({ opType }) => opType))}`,
    `layers   ${layers.length}: ${countOf(layers.map(({ op }) => op))}`,
    `costs    ${inThousands(macs)} multiply-accumulates, ${inThousands(weights)} weights`,
    `size     ${inBytes(onnx.length)} -> ${inBytes(bytes.length)}`,
    `labels   ${metadata.labels?.length ?? 'none'}`,
    `photos   ${metadata.preprocess ? `${metadata.preprocess.width}x${metadata.preprocess.height} ${metadata.preprocess.order}` : 'no pre-processing: give --preprocess to classify photos'}`,
  ].join('\n');
};

const convert = async (input: string, options: Options): Promise<void> => {
  const output = outputPath(input, options);
  checkGolden(options.golden ?? []);
  const settings = await readOptions(input, options);
  const onnx = await readInput(input);
  let bytes = await naming(input, () => convertNaming(onnx, settings));
  if (options.golden) bytes = await withGolden(onnx, bytes, settings, options.golden);
  await writeOutput(output, bytes);
  const show = output === STANDARD ? note : print;
  show(await summarise(onnx, bytes));
  if (output !== STANDARD) print(`written  ${output}`);
};

/** `groupwise convert`: an ONNX network becomes a model file. */
export const addConvert = (program: Command): void => {
  program
    .command('convert')
    .description('convert an ONNX network to a model file')
    .argument('<in.onnx>', 'the network')
    .option('-o, --output <file>', 'the model file; default: beside the network, with .gw')
    .option('--labels <file>', 'names of the classes: one a line, or JSON (a list, or index to name)')
    .addOption(preprocessOption())
    .addOption(new Option('--weights <type>', 'how weights are stored').choices(['f32', 'f16']).default('f32'))
    .option('--constant <name=file.npy>', 'fix an input of the network (may be repeated)', repeated)
    .option('--shape <name=1,3,224,224>', 'shape of an input that the network leaves open (may be repeated)', repeated)
    .option('--external-data', "read tensors from files in the network's folder")
    .option(
      '--golden <[name=]input.npy|random>',
      'record an input and its result for verify (may be repeated)',
      repeated,
    )
    .option('--licence <text>', 'licence of the weights')
    .action(convert);
};
