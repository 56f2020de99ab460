// A network from a file of the visitor's: a model of groupwise, or a network that is converted on the page.

import type { Network, Sample } from './networks.js';

/** The names of files that are networks. */
export const NETWORK_FILE = /\.(gw|onnx|tflite)$/i;

const megabytes = ({ size }: Blob): string => `${(size / 1e6).toFixed(1)} MB`;

/** How pictures become the input of converted networks, whose files do not say it. */
const PREPARED = { onnx: 'imagenet', tflite: 'inception' } as const;

/**
 * The network of a file.
 *
 * @param samples pictures to try it with
 * @throws the errors of the converter
 */
export const readNetwork = async (file: File, samples: readonly Sample[]): Promise<Network> => {
  const { name } = file;
  const kind = NETWORK_FILE.exec(name)![1]!.toLowerCase() as 'gw' | keyof typeof PREPARED;
  if (kind === 'gw') return { title: name, about: `Your file, ${megabytes(file)}.`, source: file, samples };
  const { convertOnnx, convertTflite } = await import('groupwise/convert');
  const convert = kind === 'onnx' ? convertOnnx : convertTflite;
  const preprocess = PREPARED[kind];
  const model = new Blob([await convert(new Uint8Array(await file.arrayBuffer()), { preprocess })]);
  const about = `Your file, converted here: ${megabytes(model)}. Pictures are prepared with the preset ${preprocess}.`;
  return { title: name, about, source: model, samples };
};
