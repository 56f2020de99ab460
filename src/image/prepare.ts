// From a photo, wherever it comes from, to the input of a network.

import { check, checkOptions, namingSource, OBJECT, type Kind, type Kinds } from '../arguments.js';
import { ImageError } from '../errors.js';
import { pictureKernels } from '../kernels/pictures.js';
import type { Build, Host } from '../kernels/wasm.js';
import type { TensorInfo } from '../ir/tensor.js';
import { PREPROCESS, preprocessFor, type PreprocessOption } from './for-input.js';
import { PHOTO_OPTIONS, type PhotoOptions } from './photo-options.js';
import type { Pixels } from './pixels.js';
import { preprocess } from './preprocess.js';
import type { Preprocess } from './preprocess-spec.js';

/** Reads the upright pixels of a photo. */
export type ReadPixels<Source> = (source: Source, options: PhotoOptions) => Promise<Pixels>;

/** Reads photos, in two steps where the first may take long. */
export type PhotoReader<Source> = {
  /** Whether a photo arrives over the network. */
  isRemote: (source: Source) => boolean;
  /** The bytes of a remote photo; undefined once a remote picture has arrived. */
  download: (source: Source, options: PhotoOptions) => Promise<Uint8Array | undefined>;
  /** The pixels of any photo. */
  readPixels: ReadPixels<Source | Uint8Array>;
};

/** Options of `prepare`; all optional. */
export type PrepareOptions = PhotoOptions & {
  /** How the photo becomes the input; default the pre-processing in the model file. */
  preprocess?: PreprocessOption;
};

const PREPARE_OPTIONS: Kinds<PrepareOptions> = { ...PHOTO_OPTIONS, preprocess: PREPROCESS };

/** The input of a network for one photo. */
export type PhotoTensor = {
  /** The numbers, row-major. */
  data: Float32Array;
  /** [1, channels, height, width]. */
  shape: readonly number[];
};

/** What `prepare` asks of a model. */
export type TakesPhotos = {
  /** Its only input, of shape [N, channels, height, width]. */
  inputs: readonly TensorInfo[];
  /** The metadata of its file, which may say how photos are prepared. */
  metadata: Pick<PrepareOptions, 'preprocess'>;
  /** @internal What runs the kernels of a model on this thread. */
  host?: Host;
  /** @internal The build of a model's kernels. */
  kernels?: Build;
};

const MODEL: Kind = {
  expected: 'a model, as loadModel gives it',
  fits: (value) => OBJECT.fits(value) && 'inputs' in (value as object) && 'metadata' in (value as object),
};

/** @throws {ImageError} if nothing says how a photo becomes the input */
export const knownPreprocess = <Known>(how: Known | undefined): Known => {
  if (how) return how;
  throw new ImageError(
    'the model does not say how a photo becomes its input: convert it with --preprocess, or pass the option preprocess',
  );
};

/** The shape of the input for one photo: [1, channels, height, width]. */
export const photoShape = ({ order, height, width }: Preprocess): number[] => [
  1,
  order === 'grey' ? 1 : 3,
  height,
  width,
];

/** Creates `prepare` from a function that reads photos, and from what runs kernels for models in workers. */
export const photoPreparer =
  <Source>(readPixels: ReadPixels<Source>, host: Host) =>
  /**
   * The input of a network for a photo: read, decoded, turned upright, resized and normalised. For networks that do not
   * classify; a classifier does this itself.
   *
   * @example
   * const { heatmap } = model.run(await prepare('photo.jpg', model));
   *
   * @param model the model that will run, whose file may say how photos are prepared
   * @returns a tensor [1, channels, height, width] for `model.run`
   * @throws {ImageError} if the photo cannot be read or nothing says how to prepare it, {ArgumentError} if the
   *   preprocessing does not fit the model
   */
  async (photo: Source, model: TakesPhotos, options: PrepareOptions = {}): Promise<PhotoTensor> => {
    check('prepare: the model', model, MODEL);
    checkOptions('prepare', options, PREPARE_OPTIONS);
    const how = preprocessFor(knownPreprocess(options.preprocess ?? model.metadata.preprocess), model.inputs);
    const pixels = await namingSource(photo, () => readPixels(photo, options));
    const kernels = await pictureKernels(model.host ?? host, model.kernels);
    return { data: preprocess(kernels, pixels, how), shape: photoShape(how) };
  };
