// What a photo may cost, and where it may come from.

import { integer, SIGNAL, type Kinds } from '../arguments.js';
import type { Platform } from '../platform.js';
import { SOURCES, type SourceKind } from '../read-bytes.js';

/** Limits on a photo, and on where it may come from; all optional. */
export type PhotoLimits = {
  /** Maximum width times height; default 50 megapixels. Larger photos are refused before they are decoded. */
  maxPixels?: number;
  /** Maximum bytes of a photo that is read from a URL, path, `Blob` or `Response`; default 100 million. */
  maxBytes?: number;
  /**
   * What is read besides pixels, encoded bytes, `Blob`s and elements: `url` for http:, https:, data: and blob: URLs, `path` for
   * files by path or file: URL. `bytes` stands for neither. Default: all that the entry reads. Restrict it where users
   * of your service choose the string: in Node it could name any file, or a server that only yours can reach.
   */
  sources?: SourceKind | readonly SourceKind[];
};

/** How a photo is read; all optional. */
export type PhotoOptions = PhotoLimits & {
  /** Aborts before the next step: waiting, reading a photo, decoding it. */
  signal?: Platform<'AbortSignal'>;
};

/** Default of `maxPixels`. */
export const MAX_PIXELS = 50_000_000;

/** Default of `maxBytes` for photos. */
export const MAX_PHOTO_BYTES = 100_000_000;

/** The kinds of `PhotoLimits`. */
export const PHOTO_LIMITS: Kinds<PhotoLimits> = {
  maxPixels: integer(1, Number.MAX_SAFE_INTEGER),
  maxBytes: integer(1, Number.MAX_SAFE_INTEGER),
  sources: SOURCES,
};

/** The kinds of `PhotoOptions`. */
export const PHOTO_OPTIONS: Kinds<PhotoOptions> = { ...PHOTO_LIMITS, signal: SIGNAL };
