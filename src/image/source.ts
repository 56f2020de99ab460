// Reads photos from whatever a page or script has: files, URLs, elements, pixels.

import { ImageError } from '../errors.js';
import type { Platform } from '../platform.js';
import { readBitmap, readDrawable } from './canvas.js';
import { describeBytes } from './format.js';
import { orient, orientationTag, type OrientationTag } from './orientation.js';
import { checkPixels, type Pixels } from './pixels.js';

/**
 * Where a photo comes from: an encoded file (`Blob`, `File`, URL, `Response`, bytes), something on the page, or pixels.
 * A string is a URL.
 */
export type ImageSource =
  | Pixels
  | string
  | ArrayBuffer
  | Uint8Array
  | Platform<
      | 'Blob'
      | 'URL'
      | 'Response'
      | 'HTMLImageElement'
      | 'HTMLVideoElement'
      | 'VideoFrame'
      | 'HTMLCanvasElement'
      | 'OffscreenCanvas'
      | 'ImageBitmap'
      | 'ImageData'
    >;

/** Decodes an encoded file to pixels that stand upright; rejects with an `ImageError`. */
export type Decode = (bytes: Uint8Array) => Promise<Pixels>;

// The class name of an object, also of one from another frame or window.
const kindOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

const isPixels = (source: unknown): source is Pixels =>
  typeof source === 'object' && source !== null && 'data' in source && 'channels' in source;

const shorten = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}...` : text);

const fetchBytes = async (url: string, signal?: AbortSignal): Promise<Uint8Array> => {
  let response: Response;
  try {
    response = await fetch(url, { signal: signal ?? null });
  } catch (error) {
    signal?.throwIfAborted();
    throw new ImageError(
      `cannot fetch ${shorten(url)}: no valid URL, its server cannot be reached, or does not allow this page (CORS)`,
      { cause: error },
    );
  }
  return readResponse(response, signal);
};

const readResponse = async (response: Response, signal?: AbortSignal): Promise<Uint8Array> => {
  if (!response.ok) {
    throw new ImageError(
      `cannot fetch ${shorten(response.url)}: the server answered ${response.status} ${response.statusText}`,
    );
  }
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    signal?.throwIfAborted();
    throw new ImageError(`the download of ${shorten(response.url)} broke off: ${(error as Error).message}`, {
      cause: error,
    });
  }
};

const readBlob = async (blob: Blob): Promise<Uint8Array> => {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    throw new ImageError(`cannot read the file: ${(error as Error).message}`, { cause: error });
  }
};

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

const NO_DECODER = "encoded images cannot be decoded here: use 'groupwise/node', or give decoded pixels";

const decodeInBrowser = async (bytes: Uint8Array): Promise<Pixels> => {
  if (typeof createImageBitmap !== 'function') {
    throw new ImageError(NO_DECODER);
  }
  const tag = orientationTag(bytes);
  const upright = tag && tag.value !== 1 ? withoutTag(bytes, tag) : bytes;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([upright as Uint8Array<ArrayBuffer>]), {
      imageOrientation: 'none',
      premultiplyAlpha: 'none',
      colorSpaceConversion: 'none',
    });
  } catch (error) {
    if (error instanceof TypeError) throw new ImageError(NO_DECODER, { cause: error }); // options that only browsers know
    throw new ImageError(`the browser cannot decode the image; its file is ${describeBytes(bytes)}`, { cause: error });
  }
  try {
    return orient(readBitmap(bitmap), tag?.value ?? 1);
  } finally {
    bitmap.close();
  }
};

const readElement = async (image: HTMLImageElement): Promise<Pixels> => {
  try {
    await image.decode();
  } catch (error) {
    throw new ImageError(`the <img> has no picture: ${shorten(image.currentSrc || image.src) || 'it has no src'}`, {
      cause: error,
    });
  }
  return readDrawable(image, image.naturalWidth, image.naturalHeight, 'the <img>');
};

const readVideo = (video: HTMLVideoElement): Pixels => {
  if (video.readyState < 2) throw new ImageError('the <video> has no frame yet: wait for its "loadeddata" event');
  return readDrawable(video, video.videoWidth, video.videoHeight, 'the <video>');
};

const readFrame = (frame: VideoFrame): Pixels => {
  if (frame.format === null && frame.displayWidth === 0) throw new ImageError('the VideoFrame is closed');
  return readDrawable(frame, frame.displayWidth, frame.displayHeight, 'the VideoFrame');
};

const readImageData = ({ data, width, height }: ImageData): Pixels => checkPixels({ data, width, height, channels: 4 });

/**
 * The pixels of a photo, upright.
 *
 * Encoded files are turned by their EXIF orientation, once, on every engine; an element on the page is read as the page
 * shows it. Colour profiles of encoded files are ignored, as Pillow does.
 *
 * @param signal aborts the download
 * @param decode decoder for encoded files; default the browser's
 * @throws {ImageError} if the source cannot be fetched, decoded or read
 */
export const pixelsFromSource = async (
  source: ImageSource,
  signal?: AbortSignal,
  decode: Decode = decodeInBrowser,
): Promise<Pixels> => {
  signal?.throwIfAborted();
  const bytes = await encodedBytes(source, signal);
  signal?.throwIfAborted();
  return bytes ? decode(bytes) : readPicture(source);
};

// The encoded file that the source holds or names; `undefined` where it is a picture already.
const encodedBytes = async (source: ImageSource, signal?: AbortSignal): Promise<Uint8Array | undefined> => {
  if (typeof source === 'string') return fetchBytes(source, signal);
  switch (kindOf(source)) {
    case 'URL':
      return fetchBytes((source as URL).href, signal);
    case 'Response':
      return readResponse(source as Response, signal);
    case 'Blob':
    case 'File':
      return readBlob(source as Blob);
    case 'ArrayBuffer':
      return new Uint8Array(source as ArrayBuffer);
    case 'Uint8Array':
      return source as Uint8Array;
    default:
      return undefined;
  }
};

const readPicture = async (source: ImageSource): Promise<Pixels> => {
  const kind = kindOf(source);
  switch (kind) {
    case 'HTMLImageElement':
      return readElement(source as HTMLImageElement);
    case 'HTMLVideoElement':
      return readVideo(source as HTMLVideoElement);
    case 'VideoFrame':
      return readFrame(source as VideoFrame);
    case 'ImageData':
      return readImageData(source as ImageData);
    case 'HTMLCanvasElement':
    case 'OffscreenCanvas':
    case 'ImageBitmap': {
      const picture = source as HTMLCanvasElement | OffscreenCanvas | ImageBitmap;
      return readDrawable(picture, picture.width, picture.height, `the ${kind}`);
    }
    default:
      if (isPixels(source)) return checkPixels(source);
      throw new ImageError(`an image cannot be read from a value of type ${source === null ? 'null' : kind}`);
  }
};
