// Kinds of files by bytes near their beginning, each with its place.
const SIGNATURES: readonly (readonly [name: string, at: number, text: string])[] = [
  ['JPEG', 0, '\xff\xd8\xff'],
  ['CgBI PNG', 12, 'CgBI'],
  ['PNG', 0, '\x89PNG\r\n\x1a\n'],
  ['WebP', 8, 'WEBP'],
  ['BMP', 0, 'BM'],
  ['GIF', 0, 'GIF87a'],
  ['GIF', 0, 'GIF89a'],
  ['TIFF', 0, 'II*\0'],
  ['TIFF', 0, 'MM\0*'],
  ['AVIF', 4, 'ftypavi'],
  ['HEIC', 4, 'ftyphe'],
  ['HEIC', 4, 'ftypmif1'],
  ['HEIC', 4, 'ftypmsf1'],
  ['MP4 or QuickTime', 4, 'ftyp'],
  ['JPEG XL', 0, '\xff\x0a'],
  ['JPEG XL', 4, 'JXL \r\n\x87\n'],
  ['JPEG 2000', 4, 'jP  \r\n\x87\n'],
  ['JPEG 2000', 0, '\xff\x4f\xff\x51'],
  ['Photoshop', 0, '8BPS'],
  ['PDF', 0, '%PDF'],
  ['ZIP', 0, 'PK\x03\x04'],
  ['gzip', 0, '\x1f\x8b'],
  ['icon', 0, '\0\0\x01\0'],
];

// Kinds of text, by what occurs near the beginning.
const TEXTS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['HTML', /^<(!doctype html|html|head|body)/],
  ['SVG', /<svg[\s>]/],
  ['XML', /^<\?xml/],
  ['Git LFS pointer', /^version https:\/\/git-lfs/],
  ['JSON', /^[{[]/],
  ['base64 text', /^(data:image\/|\/9j\/|ivborw0kggo|r0lgod|uklgr)/],
];

const HEAD = 512;

/**
 * What the bytes are: `JPEG`, `PNG`, `WebP`, `BMP`, or the name of something that is not decoded here (`HTML`, `SVG`,
 * `GIF`, `HEIC`, `AVIF`, `TIFF`, `PDF`, ...), `empty` or `unknown`.
 */
export const formatOf = (bytes: Uint8Array): string => {
  if (bytes.length === 0) return 'empty';
  const head = Array.from(bytes.subarray(0, HEAD), (byte) => String.fromCharCode(byte)).join('');
  const signature = SIGNATURES.find(([, at, text]) => head.startsWith(text, at));
  if (signature) return signature[0];
  const text = head
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase();
  return TEXTS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'unknown';
};

/** How to get a picture out of files that are not decoded. */
const CURES: Readonly<Record<string, string>> = {
  'CgBI PNG': ", the form that Xcode writes into iOS apps: restore it with 'pngcrush -revert-iphone-optimizations'",
  HEIC: ': convert it to JPEG',
  'JPEG XL': ': convert it to JPEG or PNG',
  'JPEG 2000': ': convert it to JPEG or PNG',
  SVG: ': render it to pixels first',
  PDF: ': render a page to pixels first',
  HTML: ', such as the page of an error: look at the URL',
  'base64 text': ": decode it with Buffer.from(text, 'base64')",
};

/** What to do about a file of this format, to be put after its name; empty where nothing is known. */
export const cureOf = (format: string): string => CURES[format] ?? '';

/** A phrase for messages: `a GIF file`, `empty`, or the first bytes in hexadecimal. */
export const describeBytes = (bytes: Uint8Array): string => {
  const format = formatOf(bytes);
  if (format === 'empty') return 'empty';
  if (format === 'unknown') {
    const start = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    return `of an unknown kind (it begins with ${start})`;
  }
  return `${/^(AVIF|HTML|SVG|XML|MP4|icon)/.test(format) ? 'an' : 'a'} ${format} file`;
};
