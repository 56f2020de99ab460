// Reads protobuf messages field by field, never beyond the end of the message.

import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { UnsupportedError } from '../../errors.js';
import { saturate } from '../reading/integers.js';

const decoder = new TextDecoder();

/** What to do with each field number; fields that are not listed are skipped. */
export type Fields<T> = Readonly<Record<number, (target: T, field: Field) => void>>;

/** Nodes, arrays, inputs, outputs and functions of a file: more cost much more memory than they have bytes. */
const MAX_PARTS = 2 ** 17;

/** Messages inside of each other; a network inside of a network is three of them: node, attribute and network. */
const MAX_DEPTH = 256;

/** What all fields of a file share. */
type Source = { reader: BinaryReader; parts: number; depth: number };

/** The value of one field. A method may be called once, and throws if the file has another kind of value. */
export class Field {
  constructor(
    private readonly source: Source,
    private readonly end: number,
    private readonly number: number,
    private readonly wire: WireType,
  ) {}

  private get reader(): BinaryReader {
    return this.source.reader;
  }

  text(): string {
    return decoder.decode(this.bytes());
  }

  bytes(): Uint8Array {
    this.expect(WireType.LengthDelimited);
    const bytes = this.reader.bytes();
    if (this.reader.pos > this.end) throw new RangeError(`field ${this.number} is longer than the message`);
    return bytes;
  }

  float(): number {
    this.expect(WireType.Bit32);
    return this.reader.float();
  }

  /** An integer limited to the 32-bit range. */
  int(): number {
    return saturate(this.long());
  }

  /** An integer of up to 64 bits, rounded if it is beyond 2^53. */
  long(): number {
    this.expect(WireType.Varint);
    return Number(this.reader.int64());
  }

  /** Adds one element or a packed run of them. */
  floats(target: number[]): void {
    this.repeated(WireType.Bit32, () => target.push(this.reader.float()));
  }

  doubles(target: number[]): void {
    this.repeated(WireType.Bit64, () => target.push(this.reader.double()));
  }

  ints(target: number[]): void {
    this.repeated(WireType.Varint, () => target.push(saturate(this.reader.int64())));
  }

  longs(target: number[]): void {
    this.repeated(WireType.Varint, () => target.push(Number(this.reader.int64())));
  }

  unsigned(target: number[]): void {
    this.repeated(WireType.Varint, () => target.push(saturate(this.reader.uint64())));
  }

  message<T>(fields: Fields<T>, target: T): T {
    const end = this.length() + this.reader.pos;
    if (++this.source.depth > MAX_DEPTH)
      throw new UnsupportedError([`more than ${MAX_DEPTH} messages inside of each other are not supported`]);
    readFields(this.source, end, fields, target);
    this.source.depth--;
    return target;
  }

  /** A message of which a file may have a limited number. */
  part<T>(fields: Fields<T>, target: () => T): T {
    if (++this.source.parts > MAX_PARTS)
      throw new UnsupportedError([`the file has more than ${MAX_PARTS} nodes, arrays, inputs and outputs`]);
    return this.message(fields, target());
  }

  private repeated(wire: WireType, read: () => void): void {
    if (this.wire === wire) return read();
    const stop = this.length() + this.reader.pos;
    while (this.reader.pos < stop) read();
    if (this.reader.pos !== stop) throw new RangeError(`field ${this.number} is longer than it says`);
  }

  private length(): number {
    this.expect(WireType.LengthDelimited);
    const length = this.reader.uint32();
    if (length > this.end - this.reader.pos) throw new RangeError(`field ${this.number} is longer than the message`);
    return length;
  }

  private expect(wire: WireType): void {
    if (this.wire !== wire) throw new RangeError(`field ${this.number} has wire type ${this.wire}`);
  }
}

const readFields = <T>(source: Source, end: number, fields: Fields<T>, target: T): T => {
  const { reader } = source;
  while (reader.pos < end) {
    const [number, wire] = reader.tag();
    const read = fields[number];
    if (read) read(target, new Field(source, end, number, wire));
    else reader.skip(wire, number);
  }
  if (reader.pos !== end) throw new RangeError('a message ends inside a field');
  return target;
};

const FAULTS: readonly [RegExp, string][] = [
  [/premature EOF/, 'it ends inside a field'],
  [/^(illegal tag|invalid|cant skip|maximum recursion)/, 'its bytes are no protobuf message'],
];

const faultOf = ({ message }: Error): string => FAULTS.find(([pattern]) => pattern.test(message))?.[1] ?? message;

/**
 * Fills `target` from the message that is the whole of `bytes`; throws a plain `Error` with `position` for broken ones.
 *
 * @throws {UnsupportedError} if it has too many parts, or they are too deep
 */
export const readMessage = <T>(bytes: Uint8Array, fields: Fields<T>, target: T): T => {
  const reader = new BinaryReader(bytes);
  try {
    return readFields({ reader, parts: 0, depth: 0 }, bytes.length, fields, target);
  } catch (error) {
    if (error instanceof UnsupportedError) throw error;
    throw Object.assign(new Error(faultOf(error as Error)), { position: Math.min(reader.pos, bytes.length) });
  }
};
