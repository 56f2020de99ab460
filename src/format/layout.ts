// The model file, versions 1 to 4. This comment is its specification.
//
// All numbers are little-endian. `varint` is an unsigned LEB128 of at most five bytes below 2^32; `zigzag` is a signed
// integer n stored as the varint 2n, or -2n-1 if negative; `string` is a varint of bytes followed by UTF-8.
//
//   header                                                                    64 bytes
//     0   magic    C7 47 57 0D 0A 1A 0A 00
//     8   u32      version: 4 if a value is int8 or a constant is stored as i8z, otherwise 3 if sizes are open, otherwise
//                  2 if a constant is stored as i8, otherwise 1
//     12  u32      checksum: XXH32 with seed 0 of the file from byte 16 to its end
//     16  u32      length of the file
//     20  u32 x 8  offset and length of the sections metadata, graph, weights, test vector, in this order
//     52  zeros
//
//   The sections follow each other without gaps, the first at byte 64; zeros bring the weights and the test vector
//   to a multiple of 64, and the file ends with the test vector.
//
//   metadata       fields in ascending order of their tags: tag (byte), length (varint), contents
//     1  labels        count (varint), then one string per class, in the order of the scores
//     2  preprocess    width, height (varint), resize, shortSide, filter, order (varint), divisor (f64),
//                      mean, std (count, then f64 each), fill (byte)
//     3  license       string
//     4  producer      string: what wrote the file
//     5  source        string: what it was converted from
//     128 pruned       varint: how many outputs of convolutions were removed because nothing reads them, including all
//                      outputs of removed convolutions; depthwise convolutions are not counted
//     Readers refuse unknown tags below 128 and skip those from 128 on.
//
//   graph
//     flags (byte)     1: the first axis of every input is the batch, stored as 1, and may have any size
//                      2: other sizes of the inputs are open, and their section follows the outputs
//     inputs           count; for each name (string), type (byte), shape
//     constants        count; for each type (byte), storage (byte: 0 f32, 1 f16, 2 i32, 3 i8, 4 i8z), shape; for i8 and
//                      i8z also the matrices that its elements are, one after the other: count; for each rows and
//                      columns (varint each), and whether every column rather than every row has a scale (bool)
//     nodes            count; for each the op's code (byte), name (string), inputs (count, then their indices),
//                      attributes in the order of the op's schema, type (byte) and shape of the output
//     outputs          count; for each name (string), index of a value
//     open sizes       for each input its open axes (count, then axes); what open sizes are multiples of (varint);
//                      derived numbers: count; for each the index of its node, of the attribute in the op's schema, an
//                      i32s, and of the number in it; then the value that it follows from, its axes (count, then axes),
//                      times, over (varint each) and plus (zigzag): times * product of the sizes / over + plus
//     Values are numbered: inputs, then constants, then the nodes' outputs. A node reads only lower numbers.
//     A shape is its rank (varint) and the sizes (varint each). Types are 0 float32, 1 int32, 2 int64, 3 bool,
//     4 int8; inputs, constants and outputs are never int8.
//
//   attributes by kind
//     i32 zigzag | f32 four bytes | bool byte | word: index in the schema's list (byte) | i32s count, then zigzags |
//     axes like i32s | f32s count, then f32s | blocks count, then for each its inputs and its outputs as runs of
//     channels: count, then for each run its zigzag distance from the end of the previous run and its length (varint)
//
//   weights          the constants in order, each at a multiple of 64 from the section's start, with zeros between;
//                    f32 and i32 have four bytes per element, f16 two; i8 has the scales (f32 each), then one signed
//                    byte per element, to be multiplied by its scale in f32; i8z has the scales, then as many zero
//                    points (i16, -255 to 255), which are added to the bytes before they are multiplied; the
//                    sums are from -255 to 255 as well
//   test vector      empty, or float32 data: every input in order, then every output, in the caller's layout

/** The first bytes of every model file: not text, and damaged by transfers that change line endings. */
export const MAGIC = Uint8Array.of(0xc7, 0x47, 0x57, 0x0d, 0x0a, 0x1a, 0x0a, 0x00);

/** The newest version that is read. */
export const VERSION = 4;

/** Byte offsets in the header. */
export const HEADER = { version: 8, checksum: 12, length: 16, sections: 20, end: 64 } as const;

/** The sections in the order of the header. */
export const SECTIONS = ['metadata', 'graph', 'weights', 'test vector'] as const;

/** How a constant is stored, in the order of the codes. */
export const STORAGES = ['f32', 'f16', 'i32', 'i8', 'i8z'] as const;

/** A way to store a constant. */
export type Storage = (typeof STORAGES)[number];

/** Bytes of an element by storage. */
export const STORAGE_BYTES: Readonly<Record<Storage, number>> = { f32: 4, f16: 2, i32: 4, i8: 1, i8z: 1 };

/** The first version of the format that has a storage. */
export const STORAGE_VERSIONS: Readonly<Record<Storage, number>> = { f32: 1, f16: 1, i32: 1, i8: 2, i8z: 4 };

/** The first version of the format that has open sizes. */
export const OPEN_SIZES_VERSION = 3;

/** The first version of the format that has int8 values. */
export const INT8_VERSION = 4;

/** Bits of the graph's flags. */
export const FLAGS = { batch: 1, openSizes: 2 } as const;

/** Tags of the metadata fields. */
export const TAGS = { labels: 1, preprocess: 2, license: 3, producer: 4, source: 5, pruned: 128 } as const;

/** Readers skip unknown fields whose tags are at least this. */
export const OPTIONAL_TAG = 128;

/**
 * The limits of a file. `allInputs` counts the inputs of all nodes. `channels` counts the channels that the blocks of one convolution list, `allChannels` those of
 * all convolutions; each group adds `perBlock`, except in depthwise convolutions; this bounds loading time up front.
 */
export const LIMITS = {
  values: 65536,
  elements: 2 ** 29,
  rank: 6,
  name: 1024,
  inputs: 4096,
  allInputs: 2 ** 18,
  labels: 65536,
  list: 65536,
  channels: 2 ** 20,
  allChannels: 2 ** 22,
  perBlock: 16,
  file: 2 ** 31 - 1,
} as const;
