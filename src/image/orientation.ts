// How a file says that its picture must be turned: the orientation in its EXIF or XMP metadata.

import { readMetadata, type Metadata } from './metadata.js';

/** How a stored picture must be turned to stand upright, numbered as EXIF tag 0x0112 does; 1 is upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Where the EXIF data of a file hold the orientation. */
export type OrientationTag = {
  /** The low byte of the value in the file. */
  byte: number;
  /** The chunk or segment that holds the EXIF data, its header and checksum included. */
  start: number;
  end: number;
};

/** The orientation of a picture, and where it was found unless it is in text. */
export type Found = { value: Orientation; tag?: OrientationTag };

const TAG = 0x0112;

// Bytes of the EXIF types that hold whole numbers: SHORT, LONG, SBYTE, SSHORT, SLONG and IFD; Pillow takes them all.
const SIZES: Readonly<Record<number, 1 | 2 | 4>> = { 3: 2, 4: 4, 6: 1, 8: 2, 9: 4, 13: 4 };

// The other types, which Pillow knows but turns nothing by.
const OTHER_TYPES = [1, 2, 5, 7, 10, 11, 12, 16];

const isOrientation = (value: number): value is Orientation => Number.isInteger(value) && value >= 1 && value <= 8;

const valueOf = (view: DataView, at: number, size: 1 | 2 | 4, little: boolean): number =>
  size === 1 ? view.getUint8(at) : size === 2 ? view.getUint16(at, little) : view.getUint32(at, little);

/**
 * The value of the tag in the first directory (TIFF 6.0, section 2), the first if there are several, and its low byte;
 * undefined without a tag that can be read, 0 as value where it makes no sense.
 */
const tagIn = (data: Uint8Array): { value: number; byte: number } | undefined => {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const order = data.length < 8 ? '' : String.fromCharCode(...data.subarray(0, 4));
  const little = order.startsWith('II');
  if (!/^(II|MM)(\*\0|\0\*)$/.test(order)) return undefined;
  const directory = view.getUint32(4, little);
  if (directory + 2 > data.length) return undefined;
  const entries = view.getUint16(directory, little);
  for (let i = 0, at = directory + 2; i < entries && at + 12 <= data.length; i++, at += 12) {
    if (view.getUint16(at, little) !== TAG) continue;
    const type = view.getUint16(at + 2, little);
    const count = view.getUint32(at + 4, little);
    const size = SIZES[type];
    if (!size && OTHER_TYPES.includes(type) && count > 0) return { value: 0, byte: 0 };
    if (!size || count === 0) continue;
    const place = count * size > 4 ? view.getUint32(at + 8, little) : at + 8;
    if (place + count * size > data.length) continue;
    return { value: valueOf(view, place, size, little), byte: little ? place : place + size - 1 };
  }
  return undefined;
};

const TEXT_LIMIT = 2 ** 20;

/** The bytes of a zlib stream; none if it is damaged or longer than a megabyte, or the engine cannot inflate. */
const inflate = async (data: Uint8Array): Promise<Uint8Array> => {
  const nothing = new Uint8Array(0);
  if (typeof DecompressionStream === 'undefined') return nothing;
  const whole = new Uint8Array(TEXT_LIMIT);
  let length = 0;
  try {
    const stream = new Response(data as Uint8Array<ArrayBuffer>).body!.pipeThrough(new DecompressionStream('deflate'));
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return whole.subarray(0, length);
      if (length + value.length > TEXT_LIMIT) {
        await reader.cancel();
        return nothing;
      }
      whole.set(value, length);
      length += value.length;
    }
  } catch {
    return nothing;
  }
};

const textOf = async ({ data, compressed }: Metadata): Promise<string> =>
  new TextDecoder('latin1').decode(compressed ? await inflate(data) : data);

/** EXIF data written as hexadecimal lines after three others: a blank one, the name and the length. */
const bytesOfProfile = (text: string): Uint8Array => {
  const digits = text.split('\n').slice(3).join('').replace(/\s/g, '');
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  return bytes.subarray(String.fromCharCode(...bytes.subarray(0, 6)) === 'Exif\0\0' ? 6 : 0);
};

/**
 * The orientation of a JPEG, PNG or WebP file, found as Pillow's `ImageOps.exif_transpose` finds it: in EXIF data, else
 * in XMP; 1 where there is none or it cannot be read. Never throws.
 */
export const readOrientation = async (bytes: Uint8Array): Promise<Found> => {
  const pieces = readMetadata(bytes);
  const isPng = bytes[0] === 0x89;
  const exif = pieces.filter(({ kind }) => kind === 'exif').at(isPng ? -1 : 0);
  const profile = pieces.filter(({ kind }) => kind === 'profile').at(-1);
  if (exif) {
    const found = tagIn(exif.data);
    const tag = found && { byte: exif.at + found.byte, start: exif.start, end: Math.min(exif.end, bytes.length) };
    if (found) return isOrientation(found.value) ? { value: found.value, tag } : { value: 1 };
  } else if (profile) {
    const found = tagIn(bytesOfProfile(await textOf({ ...profile, data: profile.data.subarray(0, TEXT_LIMIT) })));
    if (found) return { value: isOrientation(found.value) ? found.value : 1 };
  }
  const xmp = pieces.filter(({ kind }) => kind === 'xmp').at(bytes[0] === 0x52 ? 0 : -1);
  const [, digit] = (xmp && /tiff:Orientation(?:="|>)([0-9])/.exec(await textOf(xmp))) ?? [];
  const value = Number(digit);
  return { value: isOrientation(value) ? value : 1 };
};
