// Reads photos from whatever a page or script has: files, URLs, elements, pixels.

import { hintFor, tagOf, toBytes, untilAborted } from '../arguments.js';
import { ImageError, shortened } from '../errors.js';
import { describeBytes, pictureFormat, showStart } from '../file-kinds.js';
import type { Platform } from '../platform.js';
import { readBytes, type Reading } from '../read-bytes.js';
import { readBitmap, readDrawable } from './canvas.js';
import { readOrientation, type OrientationTag } from './orientation.js';
import { MAX_PHOTO_BYTES, MAX_PIXELS, type PhotoOptions } from './photo-options.js';
import { checkPixels, checkSize, type Pixels } from './pixels.js';
import type { PhotoReader } from './prepare.js';
import { checkStatedSize } from './stated-size.js';
import { orient } from './turn.js';

/**
 * Where a photo comes from: an encoded file (`Blob`, `File`, URL, `Response`, `ReadableStream`, bytes), something on the page, or pixels.
 * A string is a URL.
 */
export type ImageSource =
  | Pixels
  | string
  | ArrayBuffer
  | ArrayBufferView
  | Platform<
      | 'Blob'
      | 'URL'
      | 'Response'
      | 'ReadableStream'
      | 'HTMLImageElement'
      | 'HTMLVideoElement'
      | 'VideoFrame'
      | 'HTMLCanvasElement'
      | 'OffscreenCanvas'
      | 'ImageBitmap'
      | 'ImageData'
    >;

/** Decodes an encoded file of at most `maxPixels` to pixels that stand upright; rejects with an `ImageError`. */
export type Decode = (bytes: Uint8Array, limits: { maxPixels: number }) => Promise<Pixels>;

const isPixels = (source: unknown): source is Pixels =>
  typeof source === 'object' && source !== null && 'data' in source && 'channels' in source;

/** How the bytes of a photo are read. */
export const readingOf = ({ signal, sources, maxBytes = MAX_PHOTO_BYTES }: PhotoOptions): Reading => ({
  what: 'the photo',
  Failure: ImageError,
  maxBytes,
  sources,
  signal,
  lengthOf: (head) => (pictureFormat(head) ? maxBytes : 0),
});

// Chromium 156 turns JPEG and PNG by EXIF even with `imageOrientation: 'none'`, and never turns WebP. So the decoder is
// given a file that says "upright", which every engine understands alike: the tag set to 1, or PNG's chunk cut out.
const withoutTag = (bytes: Uint8Array, { byte, start, end }: OrientationTag): Uint8Array => {
  const isPng = bytes[0] === 0x89;
  const copy = new Uint8Array(isPng ? bytes.length - (end - start) : bytes.length);
  if (isPng) {
    copy.set(bytes.subarray(0, start));
    copy.set(bytes.subarray(end), start);
  } else {
    copy.set(bytes);
    copy[byte] = 1;
  }
  return copy;
};

const NO_DECODER =
  "encoded pictures cannot be decoded here: give pixels, { data, width, height, channels }, or use 'groupwise/node'";

const decodeInBrowser: Decode = async (bytes, { maxPixels }) => {
  if (typeof createImageBitmap !== 'function') {
    throw new ImageError(NO_DECODER);
  }
  checkStatedSize(bytes, maxPixels);
  const { value, tag } = await readOrientation(bytes);
  const upright = tag && value !== 1 ? withoutTag(bytes, tag) : bytes;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([upright as Uint8Array<ArrayBuffer>]), {
      imageOrientation: 'none',
      premultiplyAlpha: 'none',
      colorSpaceConversion: 'none',
    });
  } catch (error) {
    if (error instanceof TypeError) throw new ImageError(NO_DECODER, { cause: error }); // options that only browsers know
    const kind = describeBytes(bytes, 'picture') ?? showStart(bytes);
    throw new ImageError(`the browser cannot decode the image; its file is ${kind}`, { cause: error });
  }
  try {
    return orient(readBitmap(bitmap, maxPixels), value);
  } finally {
    bitmap.close();
  }
};

/** Waits until the picture of an <img> is there. @throws {ImageError} if it has none, the reason of the signal */
export const loadElement = async (image: HTMLImageElement, signal: AbortSignal | undefined): Promise<undefined> => {
  try {
    await untilAborted(image.decode(), signal);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ImageError(`the <img> has no picture: ${shortened(image.currentSrc || image.src) || 'it has no src'}`, {
      cause,
    });
  }
};

/** @throws {ImageError} if a video has failed: no frame will come */
export const checkPlayable = ({ error }: HTMLVideoElement): void => {
  if (!error) return;
  const reason = `MediaError ${error.code} ${shortened(error.message)}`.trim();
  throw new ImageError(`the <video> cannot be played: check its src (${reason})`);
};

/** The size of a picture, and how messages name it. */
type Drawn = [width: number, height: number, what: string];

const sizeOfVideo = (video: HTMLVideoElement): Drawn => {
  if (video.readyState < 2) {
    checkPlayable(video);
    throw new ImageError('the <video> has no frame yet: wait for its "loadeddata" event');
  }
  return [video.videoWidth, video.videoHeight, 'the <video>'];
};

const sizeOfFrame = ({ format, displayWidth, displayHeight }: VideoFrame): Drawn => {
  if (format === null && displayWidth === 0) throw new ImageError('the VideoFrame is closed');
  return [displayWidth, displayHeight, 'the VideoFrame'];
};

/** The size of a source that a canvas draws; undefined for another. @throws {ImageError} if it has no picture */
const drawnSize = (source: unknown): Drawn | undefined => {
  const kind = tagOf(source);
  switch (kind) {
    case 'HTMLImageElement':
      return [(source as HTMLImageElement).naturalWidth, (source as HTMLImageElement).naturalHeight, 'the <img>'];
    case 'HTMLVideoElement':
      return sizeOfVideo(source as HTMLVideoElement);
    case 'VideoFrame':
      return sizeOfFrame(source as VideoFrame);
    case 'HTMLCanvasElement':
    case 'OffscreenCanvas':
    case 'ImageBitmap':
      return [(source as ImageBitmap).width, (source as ImageBitmap).height, `the ${kind}`];
    default:
      return undefined;
  }
};

/** Pixels as a caller gives them. @throws {ImageError} for other values, and for pixels that do not fit */
const givenPixels = (source: unknown, maxPixels: number): Pixels => {
  const kind = tagOf(source);
  if (kind === 'ImageData') {
    const { data, width, height } = source as ImageData;
    return checkPixels({ data, width, height, channels: 4 }, maxPixels);
  }
  if (isPixels(source)) return checkPixels(source, maxPixels);
  throw new ImageError(
    `an image cannot be read from a value of type ${source === null ? 'null' : kind}${cureOf(source)}`,
  );
};

const ENCODED = /^(String|URL|Response|ReadableStream|Blob|File|(Shared)?ArrayBuffer|Uint8(Clamped)?Array|DataView)$/;

/**
 * Checks a photo before its pixels go elsewhere; what encoded files hold is not known yet.
 *
 * @throws {ImageError} if it is no photo, has no picture, or has more than `maxPixels`
 */
export const checkPhoto = (source: unknown, { maxPixels = MAX_PIXELS }: PhotoOptions): void => {
  if (ENCODED.test(tagOf(source))) return;
  const size = drawnSize(source);
  if (size) checkSize(...size, maxPixels);
  else givenPixels(source, maxPixels);
};

/**
 * The pixels of a photo, upright.
 *
 * Encoded files are turned by their EXIF orientation, once, on every engine; an element on the page is read as the page
 * shows it. Colour profiles of encoded files are ignored, as Pillow does.
 *
 * @param options what the photo may cost, where it may come from, and a signal that aborts the download
 * @param decode decoder for encoded files; default the browser's
 * @throws {ImageError} if the source cannot be fetched, decoded or read
 */
export const pixelsFromSource = async (
  source: ImageSource,
  options: PhotoOptions = {},
  decode: Decode = decodeInBrowser,
): Promise<Pixels> => {
  const { signal, maxPixels = MAX_PIXELS } = options;
  signal?.throwIfAborted();
  const bytes = await encodedBytes(source, options);
  signal?.throwIfAborted();
  return bytes ? decode(bytes, { maxPixels }) : readPicture(source, options);
};

/** The encoded file that the source holds or names; undefined where it is a picture already. */
const encodedBytes = async (source: ImageSource, options: PhotoOptions): Promise<Uint8Array | undefined> => {
  switch (tagOf(source)) {
    case 'ArrayBuffer':
    case 'SharedArrayBuffer':
    case 'Uint8Array':
    case 'Uint8ClampedArray':
    case 'DataView':
      return toBytes(source, ImageError);
    default:
      return readBytes(source, readingOf(options));
  }
};

/** Whether a photo arrives over the network: a response, a stream, an <img> that still loads, what `isUrl` takes for a URL. */
export const isRemote = (source: unknown, isUrl: (text: string) => boolean): boolean => {
  const kind = tagOf(source);
  if (kind === 'String' || kind === 'URL') return isUrl(String(source));
  if (kind === 'HTMLImageElement') return !(source as HTMLImageElement).complete;
  return kind === 'Response' || kind === 'ReadableStream';
};

/** Photos as pages read them: a string is a URL. */
export const pagePhotos: PhotoReader<ImageSource> = {
  isRemote: (source) => isRemote(source, () => true),
  download: (source, options) =>
    tagOf(source) === 'HTMLImageElement'
      ? loadElement(source as HTMLImageElement, options.signal)
      : readBytes(source, readingOf(options)),
  readPixels: pixelsFromSource,
};

/** What to give instead of a value that is no picture. */
const cureOf = (source: unknown): string => {
  if (Array.isArray(source))
    return ': give bytes as Uint8Array.from(array), pixels as { data, width, height, channels }';
  if (ArrayBuffer.isView(source)) return ': give encoded bytes as a Uint8Array, numbers as { data, shape }';
  return hintFor(source);
};

const readPicture = async (source: ImageSource, { signal, maxPixels = MAX_PIXELS }: PhotoOptions): Promise<Pixels> => {
  if (tagOf(source) === 'HTMLImageElement') await loadElement(source as HTMLImageElement, signal);
  const size = drawnSize(source);
  return size ? readDrawable(source as CanvasImageSource, ...size, maxPixels) : givenPixels(source, maxPixels);
};
