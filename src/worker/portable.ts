// Models and photos in a form that a message carries to a worker: bytes, addresses, bitmaps.

import { tagOf } from '../arguments.js';

/** A value for a message, and what of it moves instead of being copied. */
export type Portable = { value: unknown; transfer: Transferable[] };

const moved = <Part extends Transferable>(value: Part): Portable => ({ value, transfer: [value] });

/**
 * A source in a form that a message carries. What the caller owns is copied; what is made here is transferred. Sources
 * that cannot be sent, and values that are no sources, stay as they are.
 *
 * @param read the bytes of a Response or stream
 * @param locate makes a URL absolute, since a worker has another address than the page
 * @throws the errors of `read`, a DOMException for an element without a picture
 */
export const portable = async (
  source: unknown,
  read: (source: unknown) => Promise<Uint8Array | undefined>,
  locate: (url: string) => string,
): Promise<Portable> => {
  switch (tagOf(source)) {
    case 'String':
      return { value: locate(source as string), transfer: [] };
    case 'URL':
      return { value: (source as URL).href, transfer: [] };
    case 'Response':
    case 'ReadableStream': {
      const bytes = (await read(source))!;
      return { value: bytes, transfer: [bytes.buffer as ArrayBuffer] };
    }
    case 'HTMLVideoElement':
      return moved(await frameOf(source as HTMLVideoElement));
    case 'HTMLImageElement':
    case 'HTMLCanvasElement':
    case 'OffscreenCanvas':
      return moved(await createImageBitmap(source as HTMLImageElement | HTMLCanvasElement | OffscreenCanvas));
    default:
      return { value: source, transfer: [] };
  }
};

/** Frees bitmaps and frames: a camera waits until its frames are closed. Those that moved elsewhere stay open there. */
export const closePictures = (values: readonly unknown[]): void => {
  for (const value of values) if (typeof (value as ImageBitmap)?.close === 'function') (value as ImageBitmap).close();
};

/** The frame that a video shows; a VideoFrame costs no copy. */
const frameOf = async (video: HTMLVideoElement): Promise<VideoFrame | ImageBitmap> =>
  typeof VideoFrame === 'function' ? new VideoFrame(video) : createImageBitmap(video);
