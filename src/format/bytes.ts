// Reading and writing the numbers of the model file. The reader checks every access.

import { FormatError, UnsupportedError } from '../errors.js';
import { LIMITS } from './layout.js';

const PERCENT = 37;

const percentEncoded = (byte: number): string =>
  byte < 128 && byte !== PERCENT ? String.fromCharCode(byte) : `%${byte.toString(16)}`;

/** Reads numbers in sequence; every method throws `FormatError` at the end of the bytes. */
export class ByteReader {
  at = 0;
  private readonly view: DataView;

  /** @param start offset of `bytes` in the file, for messages */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly start: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Throws an error at the current position. */
  fail(message: string, Kind = FormatError): never {
    throw new Kind(message, this.start + this.at);
  }

  private take(count: number): number {
    if (count > this.bytes.length - this.at) this.fail('the section ends too early');
    this.at += count;
    return this.at - count;
  }

  byte(): number {
    return this.bytes[this.take(1)]!;
  }

  f32(): number {
    return this.view.getFloat32(this.take(4), true);
  }

  f64(): number {
    return this.view.getFloat64(this.take(8), true);
  }

  varint(max = 0xffffffff): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) break;
      if (scale >= 128 ** 4) this.fail('a number has too many bytes');
    }
    if (value > max) this.fail(`${value} exceeds the limit of ${max}`);
    return value;
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }

  /** A count of entries; at most the number of remaining bytes. */
  count(max: number): number {
    const value = this.varint(max);
    if (value > this.bytes.length - this.at) this.fail(`${value} entries do not fit the section`);
    return value;
  }

  list<T>(max: number, read: () => T): T[] {
    return Array.from({ length: this.count(max) }, read);
  }

  string(max: number = LIMITS.name): string {
    const length = this.count(max);
    const from = this.take(length);
    const characters = Array.from(this.bytes.subarray(from, from + length), percentEncoded);
    try {
      return decodeURIComponent(characters.join('')); // not a TextDecoder, which jsdom lacks
    } catch {
      return this.fail('a text is not UTF-8');
    }
  }

  word<Word>(words: readonly Word[]): Word {
    return words[this.byte()] ?? this.fail(`an index into ${words.length} choices is out of range`);
  }

  /** A reader of the next `length` bytes. */
  part(length: number): ByteReader {
    const from = this.take(length);
    return new ByteReader(this.bytes.subarray(from, from + length), this.start + from);
  }

  end(): void {
    if (this.at !== this.bytes.length) this.fail(`unexpected trailing bytes: ${this.bytes.length - this.at}`);
  }
}

/** Collects numbers into bytes. */
export class ByteWriter {
  private bytes = new Uint8Array(1024);
  private length = 0;
  private readonly scratch = new DataView(new ArrayBuffer(8));

  raw(data: Uint8Array): this {
    if (this.length + data.length > this.bytes.length) {
      const larger = new Uint8Array(2 * (this.length + data.length));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes.set(data, this.length);
    this.length += data.length;
    return this;
  }

  byte(value: number): this {
    return this.raw(Uint8Array.of(value));
  }

  f32(value: number): this {
    this.scratch.setFloat32(0, value, true);
    return this.raw(new Uint8Array(this.scratch.buffer, 0, 4));
  }

  f64(value: number): this {
    this.scratch.setFloat64(0, value, true);
    return this.raw(new Uint8Array(this.scratch.buffer, 0, 8));
  }

  varint(value: number): this {
    for (; value > 127; value = Math.floor(value / 128)) this.byte((value % 128) + 128);
    return this.byte(value);
  }

  zigzag(value: number): this {
    return this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  list<T>(items: readonly T[], write: (item: T) => void): this {
    this.varint(items.length);
    items.forEach((item) => write(item));
    return this;
  }

  string(text: string): this {
    const data = new TextEncoder().encode(text);
    if (data.length > LIMITS.name) {
      throw new UnsupportedError([
        `the text "${text.slice(0, 40)}..." has ${data.length} bytes; the limit is ${LIMITS.name}`,
      ]);
    }
    return this.varint(data.length).raw(data);
  }

  word<Word>(words: readonly Word[], word: Word): this {
    return this.byte(words.indexOf(word));
  }

  done(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}
