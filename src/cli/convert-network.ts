// Converts the network of a file, as the words of `groupwise convert` say.

import { Conversion, type AfterStage, type ConversionOptions } from '../converter/conversion.js';
import { openNetwork } from '../converter/open.js';
import { printGraph } from '../converter/print-graph.js';
import { UnsupportedError, escaped } from '../errors.js';
import { besideReader } from './beside.js';
import type { ConvertWords } from './convert-options.js';
import { naming } from './files.js';
import { explainProblems } from './show-problems.js';
import { readTestVector } from './test-vector-option.js';

/** The value of `--print-after` that means all stages. */
export const ALL = 'all';

const NO_INPUTS = 'the network has no inputs, or --constant fixes all of them: there is nothing left to run';

/** What is converted: its name, its bytes and options; `show` prints graphs. */
export type Given = {
  input: string;
  source: Uint8Array;
  words: ConvertWords;
  settings: ConversionOptions;
  show: (text: string) => void;
};

/** A network that is converted, and the size of its file with external data. */
export type Converted = { conversion: Conversion; sizeBefore: number };

/** Converts a network. @throws as `Conversion.from`, naming the file, and with all problems of the network */
export const convertNetwork = async ({ input, source, words, settings, show }: Given): Promise<Converted> => {
  const { testVector, printAfter } = words;
  let sizeBefore = source.length;
  const afterStage: AfterStage = (stage, graph) => {
    if (printAfter === ALL || printAfter === stage) show(`after ${stage}:\n${printGraph(graph, escaped)}\n`);
  };
  const start = async () => {
    const reader = words.externalData === false ? undefined : besideReader(input, (size) => (sizeBefore += size));
    const network = await openNetwork(source, reader);
    const started = await Conversion.from(network, settings, afterStage);
    if (!started.inputs.length) throw new UnsupportedError([NO_INPUTS]);
    return started;
  };
  const convertAll = async () => {
    const started = await explainProblems('convert', start);
    return testVector ? started.withTestVector(await readTestVector(testVector, started.inputs)) : started;
  };
  return { conversion: await naming(input, convertAll, words), sizeBefore };
};
