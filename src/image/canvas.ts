// Pixels of elements and encoded files in browsers, read back through a canvas.

import { ImageError } from '../errors.js';
import { checkSize, type Pixels } from './pixels.js';

// Reading pixels back in browsers. Brave, and Firefox with resistFingerprinting, alter on purpose what a canvas gives.

type Context = OffscreenCanvasRenderingContext2D;

// A canvas kept for the next frame of a video; larger ones are left to the garbage collector.
const KEPT_PIXELS = 4_000_000;
let kept: Context | undefined;

/** A canvas, or an element of the page, which has the same methods. */
const newCanvas = (width: number, height: number): OffscreenCanvas => {
  if (typeof OffscreenCanvas === 'function') return new OffscreenCanvas(width, height);
  if (typeof document !== 'object') throw new ImageError('this engine has no canvas to read pixels from');
  return Object.assign(document.createElement('canvas'), { width, height }) as unknown as OffscreenCanvas;
};

const contextOf = (width: number, height: number): Context => {
  if (kept?.canvas.width === width && kept.canvas.height === height) {
    kept.clearRect(0, 0, width, height);
    return kept;
  }
  const context = newCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new ImageError(`the browser gives no canvas of ${width}x${height} pixels`);
  kept = width * height <= KEPT_PIXELS ? context : undefined;
  return context;
};

const explain = (error: unknown, what: string): ImageError => {
  const { name, message } = error as Error;
  if (name !== 'SecurityError')
    return new ImageError(`cannot read the pixels of ${what}: ${message}`, { cause: error });
  const cure =
    location.protocol === 'file:'
      ? 'a page opened as a file may not read files beside it: serve it over http, or let its user choose the file'
      : "it comes from another origin. Set crossOrigin = 'anonymous' before src, and let its server send Access-Control-Allow-Origin (CORS)";
  return new ImageError(`cannot read the pixels of ${what}: ${cure}`, { cause: error });
};

/**
 * The pixels of anything that a canvas draws, RGBA. Where alpha is below 255 colours come back rounded, and lost at 0.
 *
 * @param what how messages name the picture, such as `the video`
 * @throws {ImageError} if there is nothing to draw, it is too large, or another origin forbids to read it
 */
export const readDrawable = (
  image: CanvasImageSource,
  width: number,
  height: number,
  what: string,
  maxPixels?: number,
): Pixels => {
  checkSize(width, height, what, maxPixels);
  try {
    const context = contextOf(width, height);
    context.drawImage(image, 0, 0, width, height);
    return { data: context.getImageData(0, 0, width, height).data, width, height, channels: 4 };
  } catch (error) {
    kept = undefined;
    throw error instanceof ImageError ? error : explain(error, what);
  }
};

// The pixels as they are stored, below alpha too: a 2D canvas multiplies colours by alpha, WebGL leaves them.
const readStraight = (bitmap: ImageBitmap): Pixels | undefined => {
  const { width, height } = bitmap;
  const options = { premultipliedAlpha: false, antialias: false };
  const gl = newCanvas(1, 1).getContext('webgl', options);
  if (!gl || Math.max(width, height) > Number(gl.getParameter(gl.MAX_TEXTURE_SIZE))) return undefined;
  const data = new Uint8Array(width * height * 4);
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  const complete = gl.checkFramebufferStatus(gl.FRAMEBUFFER) === gl.FRAMEBUFFER_COMPLETE;
  if (complete) gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, data);
  const failed = !complete || gl.getError() !== gl.NO_ERROR;
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return failed ? undefined : { data, width, height, channels: 4 };
};

const isOpaque = ({ data }: Pixels): boolean => {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
};

/**
 * The pixels of a bitmap decoded with `premultiplyAlpha: 'none'`: exact, also below alpha where the browser has WebGL.
 *
 * @throws {ImageError} as `readDrawable`
 */
export const readBitmap = (bitmap: ImageBitmap, maxPixels: number): Pixels => {
  const drawn = readDrawable(bitmap, bitmap.width, bitmap.height, 'the image', maxPixels);
  return isOpaque(drawn) ? drawn : (readStraight(bitmap) ?? drawn);
};
