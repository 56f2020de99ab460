// What a file is, by its first bytes: for messages that say what was found where a picture or a model was expected.

/* eslint-disable no-control-regex -- signatures are bytes */

/** What a file may be expected to be. */
export type Expected = 'picture' | 'network';

/** A kind of file: how it begins, its name, and what to do with it. */
type Kind = readonly [pattern: RegExp, name: string, cure?: string];

const EXPORT = ': export its network to ONNX';
const convertWith = (name: string): string => `: convert it with ${name} (groupwise/convert) or \`groupwise convert\``;
const DRAW = ': render it to pixels first';
const RECODE = ': convert it to JPEG or PNG';

// Patterns see bytes as characters from \0 to \xff. A length of protobuf is bytes from \x80 on and one below.
const NETWORKS: readonly Kind[] = [
  [/^\xc7GW\r\n\x1a\n\0/, 'groupwise model', ': it needs no conversion'],
  [/^[^]{4}TFL3/, 'TensorFlow Lite model', convertWith('convertTflite')],
  [/^[^]{4}ORTM/, 'ONNX Runtime model (.ort)', ': convert the .onnx file that it was made from'],
  [/^\x08[^]\x12[\x80-\xff]*[^]\n[\x80-\xff]*[^]\n/, 'Core ML model', EXPORT],
  [/^\x08\x01\x12[\x80-\xff]*[^]\n[\x80-\xff]*[^][\x12"]/, 'TensorFlow SavedModel', EXPORT],
  [/^\x08[\0-\x1f][\x12\x1a":B]/, 'ONNX model', convertWith('convertOnnx')],
  [/^\n[\x80-\xff]*[^]\n[\x80-\xff]*[^][\w/.-]+\x12[^][A-Z]/, 'TensorFlow graph (.pb)', EXPORT],
  [/^\n[\x80-\xff]*[^]\x08\0\x10|^\{"base_code"/, 'Paddle model', EXPORT],
  [/^PK\x03\x04[^]{27,250}FB[^]\0Z|^\x80[\x02-\x05]/, 'PyTorch checkpoint', EXPORT],
  [/^PK\x03\x04[^]{26}(metadata|config)\.json|^\x89HDF/, 'Keras or HDF5 file', EXPORT],
  [/^[^]{3}\0\0[^]{3}\{/, 'safetensors file', EXPORT],
  [/^[^]{0,99}<net name/, 'OpenVINO model', EXPORT],
  [/^7767517\s/, 'ncnn model', EXPORT],
  [/^GGUF/, 'GGUF file', EXPORT],
  [/^\s*\{[^]*"(modelTopology|weightsManifest)"/, 'TensorFlow.js model', EXPORT],
  [/^\s*\{[^]*"itemInfoEntries"/, 'Core ML package', EXPORT],
  [/^\x93NUMPY/, 'NumPy array (.npy)'],
  [/^\s*\{\s*"groupwise":/, 'index of a model in parts', ': give its URL or path, which ends in .json'],
];

const PICTURES: readonly Kind[] = [
  [/^\xff\xd8\xff/, 'JPEG'],
  [
    /^[^]{12}CgBI/,
    'CgBI PNG',
    ", the form that Xcode writes into iOS apps: restore it with 'pngcrush -revert-iphone-optimizations'",
  ],
  [/^\x89PNG/, 'PNG'],
  [/^[^]{8}WEBP/, 'WebP'],
  [/^BM[^]{4}\0{4}/, 'BMP'],
  [/^GIF8[79]a/, 'GIF'],
  [/^(II\*\0|MM\0\*)/, 'TIFF'],
  [/^[^]{4}ftypavi/, 'AVIF'],
  [/^[^]{4}ftyp(he|mif1|msf1)/, 'HEIC', RECODE],
  [/^[^]{4}ftyp/, 'MP4 or QuickTime'],
  [/^(\xff\n|[^]{4}JXL )/, 'JPEG XL', RECODE],
  [/^(\xff\x4f\xff\x51|[^]{4}jP {2})/, 'JPEG 2000', RECODE],
  [/^8BPS/, 'Photoshop', RECODE],
  [/^\0\0\x01\0/, 'icon'],
  [/^%PDF/, 'PDF', DRAW],
  [/^\s*(<\?xml[^]*)?<svg[\s>]/i, 'SVG', DRAW],
];

const OTHERS: readonly Kind[] = [
  [/^$/, 'empty file', ', or a stream that was already read'],
  [/^PK\x03\x04/, 'zip archive', ': unpack it'],
  [/^\x1f\x8b/, 'gzip file', ': unpack it, or serve it with Content-Encoding: gzip'],
  [/^\s*<(!doctype html|html|head|body)/i, 'HTML file', ': perhaps an error page that was answered or saved instead'],
  [/^\s*<\?xml/, 'XML file'],
  [/^version https:\/\/git-lfs/, 'Git LFS pointer', ', not the file itself: run `git lfs pull`'],
  [/^\s*[{[]/, 'JSON file'],
  [
    /^(data:[\w/;=-]*,|[\w+/]{60}[\w+/\s]*=*\s*$|\/9j\/|ivborw0kggo|r0lgod|uklgr)/i,
    'base64 text file',
    ": decode it with Buffer.from(text, 'base64')",
  ],
];

const HEAD = 512;

const find = (bytes: Uint8Array, kinds: readonly Kind[]): Kind | undefined => {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD)).replace(/^\xef\xbb\xbf/, '');
  return kinds.find(([pattern]) => pattern.test(head));
};

/** The format of a picture, decoded here or not: `JPEG`, `PNG`, `HEIC`, ...; undefined for other files. */
export const pictureFormat = (bytes: Uint8Array): string | undefined => find(bytes, PICTURES)?.[1];

/** The kind of a network's file: `ONNX model`, `Core ML model`, ...; undefined for other files. */
export const networkFormat = (bytes: Uint8Array): string | undefined => find(bytes, NETWORKS)?.[1];

const withArticle = (name: string): string => `${/^([AX]|HT|ON|Op|SV|MP|nc|i[cn]|em)/.test(name) ? 'an' : 'a'} ${name}`;

/** What bytes are, with an article, and what to do if they should be something else; undefined if it is not known. */
export const describeBytes = (bytes: Uint8Array, expected: Expected): string | undefined => {
  const network = find(bytes, NETWORKS);
  if (network) return withArticle(network[1]) + (expected === 'network' ? (network[2] ?? '') : ', not a picture');
  const picture = find(bytes, PICTURES);
  if (picture) return withArticle(picture[1]) + (expected === 'picture' ? ` file${picture[2] ?? ''}` : ' picture');
  const other = find(bytes, OTHERS);
  return other && withArticle(other[1]) + (other[2] ?? '');
};

/** The first bytes in hexadecimal, for messages about files of an unknown kind. */
export const showStart = (bytes: Uint8Array): string =>
  `of an unknown kind (it begins with ${Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ')})`;
