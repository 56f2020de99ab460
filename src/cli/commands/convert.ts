// `groupwise convert`: converts an ONNX or TensorFlow Lite network to a model file.

import { Option, type Command } from 'commander';
import { STAGE_NAMES } from '../../converter/conversion.js';
import { WEIGHT_TYPES } from '../../format/storage.js';
import { checkNoBundled } from '../bundled-models.js';
import { showConversion } from '../conversion-text.js';
import { ALL, convertNetwork } from '../convert-network.js';
import { readOptions, type ConvertWords } from '../convert-options.js';
import { readNetwork, STANDARD } from '../files.js';
import { quoted, repeated, UsageError, wholeNumber } from '../options.js';
import { checkOutput, writeOutput } from '../output-files.js';
import { note, noteWritten, print } from '../output.js';
import { preprocessOption } from '../preprocess-option.js';
import { checkTestVector } from '../test-vector-option.js';
import { checkQuantizeWords, DEFAULT_PHOTOS, quantizeCommand, type QuantizeWords } from '../quantize-command.js';

type Options = ConvertWords & QuantizeWords & { output?: string };

const outputPath = (input: string, { output, quantize }: Options): string => {
  if (output === undefined && input === STANDARD)
    throw new UsageError('standard input needs -o with the name of the model file');
  if (output === STANDARD && process.stdout.isTTY)
    throw new UsageError('-o - would write the model to the terminal: redirect the standard output, or name a file');
  if (output !== undefined) return output;
  return quantize
    ? `${input.replace(/\.(gw|onnx|tflite)$/i, '')}-int8.gw`
    : `${input.replace(/\.(onnx|tflite)$/i, '')}.gw`;
};

const agreement = (text: string): number => {
  const value = Number(text);
  if (!text.trim() || !(value >= 0.9 && value <= 1))
    throw new UsageError(`--keep-agreement must be from 0.9 to 1, such as 0.99, not ${quoted(text)}`);
  return value;
};

const convert = async (input: string, options: Options): Promise<void> => {
  const output = outputPath(input, options);
  checkQuantizeWords(options, output);
  if (options.testVector) checkTestVector(options.testVector);
  if (options.quantize) return quantizeCommand(input, output, options);
  checkNoBundled(input);
  const settings = await readOptions(input, options);
  const source = await readNetwork(input);
  await checkOutput(output);
  const show = output === STANDARD ? note : print;
  const { conversion, sizeBefore } = await convertNetwork({ input, source, words: options, settings, show });
  const bytes = conversion.bytes();
  await writeOutput(output, bytes);
  show(showConversion(conversion, settings.shapes, sizeBefore, bytes));
  if (output !== STANDARD) noteWritten(output, bytes);
};

/** Adds `groupwise convert`. */
export const addConvert = (program: Command): void => {
  program
    .command('convert')
    .description(
      'convert an ONNX or TensorFlow Lite network to a model file; with --quantize and photos, to one that computes in int8',
    )
    .argument(
      '<network>',
      'an .onnx or .tflite file; with --quantize also a model file, or a name from `groupwise models`',
    )
    .option(
      '-o, --output <file>',
      'the model file; default: next to the network, with .gw, or -int8.gw with --quantize',
    )
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
    .addOption(new Option('--quantize <type>', 'compute in integers of 8 bits; needs --calibrate').choices(['int8']))
    .option(
      '--calibrate <folder>',
      'photos of the kind that the model will see, 100 to 1,000 of them: a folder, zip, tar or tar.gz file; labels are not needed',
    )
    .option(
      '--photos <count>',
      `photos that are used to calibrate; others judge the result (default: ${DEFAULT_PHOTOS})`,
      wholeNumber('--photos', 1),
    )
    .option(
      '--keep-agreement <share>',
      'leave layers in float until this share of the photos keeps its best class, from 0.9 to 1, such as 0.99',
      agreement,
    )
    .option('--classes <file>', 'maps folders of photos to classes: a JSON object, an ordered list, or "sorted"')
    .option('--html <file>', 'also write a page with all layers and the photos whose scores changed most')
    .addOption(new Option('--json', 'print the result of --quantize as JSON'))
    .action(convert);
};
