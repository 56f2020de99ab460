// FlatBuffers read with checks: every place that a file points to is inside it, and its vectors have a limited length in all.

import { ByteBuffer } from 'flatbuffers';
import { FormatError, UnsupportedError } from '../../errors.js';

/** Throws a `FormatError`. */
export const fault = (what: string, offset?: number): never => {
  throw new FormatError(`not a TensorFlow Lite model, or damaged: ${what}`, offset);
};

/** Elements of vectors that may be read for each byte of the file: a small file could name the same vector many times. */
const READS_PER_BYTE = 4;

/** Tensors, nodes and other tables in lists: they cost much more memory than they may have bytes. */
const MAX_PARTS = 2 ** 17;

/** The bytes of a file, and how much may still be read from them. */
class Source {
  readonly buffer: ByteBuffer;
  private left: number;
  private parts = 0;

  constructor(readonly bytes: Uint8Array) {
    this.buffer = new ByteBuffer(bytes);
    this.left = bytes.length * READS_PER_BYTE;
  }

  /** `place` if `size` bytes from there on are in the file. */
  check(place: number, size: number): number {
    if (place >= 0 && place + size <= this.bytes.length) return place;
    return fault('it refers to bytes that it does not have', Math.max(0, Math.min(place, this.bytes.length)));
  }

  /** Counts the tables of a list. */
  countParts(count: number): void {
    this.parts += count;
    if (this.parts > MAX_PARTS)
      throw new UnsupportedError([`the file has more than ${MAX_PARTS} tensors, nodes and other parts`]);
  }

  spend(count: number, place: number): void {
    this.left -= count;
    if (this.left < 0) fault('it lists the same things again and again', place);
  }
}

/** The place of a vector's first element, and how many it has. */
type Vector = { start: number; length: number };

/**
 * A table of a FlatBuffer. Fields go by their numbers in the schema, from 0; one that the file leaves out has its default.
 * Every method throws a `FormatError` for a field that is not inside the file.
 */
export class Table {
  private constructor(
    private readonly source: Source,
    private readonly place: number,
  ) {
    const { buffer } = source;
    source.spend(1, place);
    source.check(place, 4);
    const fields = source.check(place - buffer.readInt32(place), 4);
    source.check(fields, buffer.readUint16(fields));
  }

  /** The table that a buffer holds; undefined if the buffer does not have this identifier of four letters. */
  static root(bytes: Uint8Array, identifier: string): Table | undefined {
    const source = new Source(bytes);
    if (bytes.length < 8 || !source.buffer.__has_identifier(identifier)) return undefined;
    return new Table(source, source.buffer.readUint32(0));
  }

  /** The bytes of the whole file. */
  get file(): Uint8Array {
    return this.source.bytes;
  }

  /** An unsigned byte: an enumeration or the type of a union. */
  byte(field: number, fallback = 0): number {
    return this.scalar(field, 1, (at) => this.source.buffer.readUint8(at), fallback);
  }

  flag(field: number): boolean {
    return this.byte(field) !== 0;
  }

  int(field: number, fallback = 0): number {
    return this.scalar(field, 4, (at) => this.source.buffer.readInt32(at), fallback);
  }

  float(field: number, fallback = 0): number {
    return this.scalar(field, 4, (at) => this.source.buffer.readFloat32(at), fallback);
  }

  /** An unsigned integer of 64 bits, rounded if it is beyond 2^53. */
  long(field: number): number {
    return this.scalar(field, 8, (at) => Number(this.source.buffer.readUint64(at)), 0);
  }

  /** A text; empty if it is left out. */
  text(field: number): string {
    const bytes = this.bytes(field);
    this.source.spend(bytes.length, bytes.byteOffset);
    return new TextDecoder().decode(bytes);
  }

  /** A vector of bytes, as a part of the file. */
  bytes(field: number): Uint8Array {
    const { start, length } = this.vector(field, 1);
    return this.source.bytes.subarray(start, start + length);
  }

  ints(field: number): number[] {
    return this.list(field, 4, (at) => this.source.buffer.readInt32(at));
  }

  shorts(field: number): number[] {
    return this.list(field, 2, (at) => this.source.buffer.readUint16(at));
  }

  floats(field: number): number[] {
    return this.list(field, 4, (at) => this.source.buffer.readFloat32(at));
  }

  /** Signed integers of 64 bits, rounded if they are beyond 2^53. */
  longs(field: number): number[] {
    return this.list(field, 8, (at) => Number(this.source.buffer.readInt64(at)));
  }

  table(field: number): Table | undefined {
    const at = this.at(field, 4);
    return at === undefined ? undefined : this.referred(at);
  }

  tables(field: number): Table[] {
    this.source.countParts(this.vector(field, 4).length);
    return this.list(field, 4, (at) => this.referred(at));
  }

  private referred(at: number): Table {
    return new Table(this.source, at + this.source.buffer.readUint32(at));
  }

  private scalar(field: number, size: number, read: (at: number) => number, fallback: number): number {
    const at = this.at(field, size);
    return at === undefined ? fallback : read(at);
  }

  private list<T>(field: number, size: number, read: (at: number) => T): T[] {
    const { start, length } = this.vector(field, size);
    this.source.spend(length, start);
    return Array.from({ length }, (_, index) => read(start + index * size));
  }

  private vector(field: number, size: number): Vector {
    const at = this.at(field, 4);
    if (at === undefined) return { start: 0, length: 0 };
    const { buffer } = this.source;
    const place = this.source.check(at + buffer.readUint32(at), 4);
    const length = buffer.readUint32(place);
    return { start: this.source.check(place + 4, length * size), length };
  }

  /** Where a field is; undefined if it is left out. */
  private at(field: number, size: number): number | undefined {
    const offset = this.source.buffer.__offset(this.place, 4 + 2 * field);
    return offset === 0 ? undefined : this.source.check(this.place + offset, size);
  }
}
