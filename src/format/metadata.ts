// What a model file says about its model: labels, preprocessing, license, origin.

import { FILTERS, ORDERS, RESIZES, type Preprocess } from '../image/preprocess-spec.js';
import { checkPreprocess } from '../image/preprocess-check.js';
import { ByteWriter, type ByteReader } from './bytes.js';
import { LIMITS, OPTIONAL_TAG, TAGS } from './layout.js';

/** Facts about a model; all optional. */
export type Metadata = {
  /** Names of the classes in the order of the scores. */
  labels?: string[];
  /** How a photo becomes the input. */
  preprocess?: Preprocess;
  /** License of the weights, as an SPDX expression where there is one. */
  license?: string;
  /** What wrote the file. */
  producer?: string;
  /** What it was converted from. */
  source?: string;
  /** How many outputs of convolutions, except depthwise ones, the converter removed because nothing reads them. */
  pruned?: number;
};

type Field = keyof Metadata;

type FieldFormat<F extends Field> = {
  read: (reader: ByteReader) => NonNullable<Metadata[F]>;
  write: (writer: ByteWriter, value: NonNullable<Metadata[F]>) => unknown;
};

const FIELDS: { readonly [F in Field]: FieldFormat<F> } = {
  labels: {
    read: (reader) => reader.list(LIMITS.labels, () => reader.string()),
    write: (writer, labels) => writer.list(labels, (label) => writer.string(label)),
  },
  preprocess: { read: readPreprocess, write: writePreprocess },
  license: { read: (reader) => reader.string(), write: (writer, text) => writer.string(text) },
  producer: { read: (reader) => reader.string(), write: (writer, text) => writer.string(text) },
  source: { read: (reader) => reader.string(), write: (writer, text) => writer.string(text) },
  pruned: { read: (reader) => reader.varint(), write: (writer, channels) => writer.varint(channels) },
};

const fieldOfTag = (tag: number): Field | undefined =>
  (Object.keys(TAGS) as Field[]).find((field) => TAGS[field] === tag);

/** Reads the metadata section. @throws {FormatError} for unknown, repeated or damaged fields */
export const readMetadata = (reader: ByteReader, length: number): Metadata => {
  const metadata: Record<string, unknown> = {};
  for (let last = 0; reader.at < length;) {
    const tag = reader.byte();
    if (tag <= last) reader.fail(`metadata field ${tag} is out of order`);
    last = tag;
    const contents = reader.part(reader.varint());
    const field = fieldOfTag(tag);
    if (field) {
      metadata[field] = FIELDS[field].read(contents);
      contents.end();
    } else if (tag < OPTIONAL_TAG) {
      reader.fail(`metadata field ${tag} is not known to this version`);
    }
  }
  return metadata;
};

/** Writes the metadata section. */
export const writeMetadata = (metadata: Metadata): Uint8Array => {
  const writer = new ByteWriter();
  const write = <F extends Field>(field: F) => {
    const value = metadata[field];
    if (value === undefined) return;
    const contents = new ByteWriter();
    (FIELDS[field] as FieldFormat<F>).write(contents, value);
    const data = contents.done();
    writer.byte(TAGS[field]).varint(data.length).raw(data);
  };
  (Object.keys(TAGS) as Field[]).forEach(write);
  return writer.done();
};

function readPreprocess(reader: ByteReader): Preprocess {
  const value = {
    width: reader.varint(),
    height: reader.varint(),
    resize: reader.word(RESIZES),
    shortSide: reader.varint(),
    filter: reader.word(FILTERS),
    order: reader.word(ORDERS),
    divisor: reader.f64(),
    mean: reader.list(3, () => reader.f64()),
    std: reader.list(3, () => reader.f64()),
    fill: reader.byte(),
  };
  try {
    return checkPreprocess(value);
  } catch (error) {
    return reader.fail(`pre-processing: ${(error as Error).message}`);
  }
}

function writePreprocess(writer: ByteWriter, value: Preprocess): void {
  writer.varint(value.width).varint(value.height).word(RESIZES, value.resize).varint(value.shortSide);
  writer.word(FILTERS, value.filter).word(ORDERS, value.order).f64(value.divisor);
  writer
    .list(value.mean, (mean) => writer.f64(mean))
    .list(value.std, (std) => writer.f64(std))
    .byte(value.fill);
}
