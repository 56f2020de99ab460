// A set in a tar or tar.gz archive. It is listed once; then the pictures are read where they are, or, in a gzip stream, as
// they pass.

import { openGzip, openSource, streamOf, type ByteStream } from './byte-source.js';
import { SetError } from './set-error.js';
import {
  checkPathLength,
  Entries,
  MAX_FILE_BYTES,
  nameOf,
  tooLarge,
  type Files,
  type StoredFile,
} from './stored-file.js';
import { BLOCK, parseHeader, parseLongName, parsePax, type TarHeader } from './tar-header.js';

/** An entry: where its contents are in the archive, or why it cannot be read. */
export type TarEntry = { offset: number; size: number; reason?: string };

const damaged = (what: string, cause?: unknown): SetError =>
  new SetError(`the tar archive is truncated or damaged: ${what}`, { cause });

/** What entries are that are neither files nor folders. */
const KINDS: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a character device',
  '4': 'a block device',
  '6': 'a named pipe',
  S: 'a sparse file',
};

const FILES = ['0', '\0', '7'];
const FOLDER = '5';
/** Volume labels and lists of folders, which GNU tar writes. */
const IGNORED = /[VDM]/;
const [LONG_NAME, LONG_LINK, PAX, PAX_FOR_ALL] = ['L', 'K', 'x', 'g'];

/** Maximum size of the metadata of an entry: names, access rights, comments. */
const MAX_METADATA = 2 ** 20;

const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

/** What headers say about the next entry. */
type Told = { name?: string; size?: number; isSparse?: boolean };

/** Reads headers one after another. */
class TarReader {
  private at = 0;
  /** Number of headers so far. */
  private count = 0;

  constructor(private readonly stream: ByteStream) {}

  /** All entries except folders. */
  async *entries(): AsyncIterable<{ name: string; entry: TarEntry }> {
    let told: Told = {};
    for (let header; (header = await this.header());) {
      if ([LONG_NAME, LONG_LINK, PAX, PAX_FOR_ALL].includes(header.type)) {
        const metadata = await this.metadata(header);
        if (header.type !== PAX_FOR_ALL) told = { ...told, ...this.toldBy(header, metadata) };
        continue;
      }
      const { name, size, isSparse } = { ...header, ...told };
      told = {};
      checkPathLength(Buffer.byteLength(name), this.count);
      const entry: TarEntry = { offset: this.at, size, reason: reasonOf(header.type, isSparse, size) };
      const isFile = header.type !== FOLDER && !IGNORED.test(header.type);
      if (isFile && name) yield { name, entry };
      if (!(await this.stream.skip(padded(size)))) throw damaged(`it ends within ${nameOf(name)}`);
      this.at = entry.offset + padded(size);
    }
  }

  /** The next header; undefined at the end, which is a block of zeros. */
  private async header(): Promise<TarHeader | undefined> {
    const block = await this.stream.take(BLOCK);
    if (block.length < BLOCK) throw damaged(`it ends after ${this.count} entries without a mark`);
    if (block.every((byte) => byte === 0)) return undefined;
    const header = parseHeader(block);
    this.count++;
    if (!header) throw damaged(`the header of entry ${this.count} is wrong (byte ${this.at})`);
    this.at += BLOCK;
    return header;
  }

  private async take(size: number, name: string): Promise<Uint8Array> {
    const bytes = await this.stream.take(size);
    if (bytes.length < size) throw damaged(`it ends within ${nameOf(name)}`);
    return bytes;
  }

  private async metadata({ size, name }: TarHeader): Promise<Uint8Array> {
    if (size > MAX_METADATA)
      throw new SetError(
        `the metadata of entry ${this.count} of the archive has ${size} bytes; the limit is ${MAX_METADATA}`,
      );
    const bytes = (await this.take(size, name)).slice();
    if (!(await this.stream.skip(padded(size) - size))) throw damaged(`it ends within ${nameOf(name)}`);
    this.at += padded(size);
    return bytes;
  }

  private toldBy({ type }: TarHeader, metadata: Uint8Array): Told {
    if (type === LONG_LINK) return {};
    if (type === LONG_NAME) return { name: parseLongName(metadata) };
    const records = parsePax(metadata);
    const size = records?.get('size');
    if (!records || (size !== undefined && !/^\d{1,15}$/.test(size)))
      throw damaged(`the metadata of entry ${this.count} are wrong`);
    const isSparse = [...records.keys()].some((key) => key.startsWith('GNU.sparse.'));
    const name = records.get('GNU.sparse.name') ?? records.get('path');
    return { ...(name !== undefined && { name }), ...(size !== undefined && { size: Number(size) }), isSparse };
  }
}

const reasonOf = (type: string, isSparse: boolean | undefined, size: number): string | undefined => {
  const kind = isSparse ? KINDS.S : FILES.includes(type) ? undefined : (KINDS[type] ?? `of the unknown type '${type}'`);
  if (kind) return `it is ${kind}, not a file`;
  return size > MAX_FILE_BYTES ? tooLarge(size) : undefined;
};

/** The entries of a tar archive. @throws {SetError} if it is damaged or breaks a limit */
export const listTar = async (stream: ByteStream): Promise<Entries<TarEntry>> => {
  const entries = new Entries<TarEntry>();
  for await (const { name, entry } of new TarReader(stream).entries()) entries.add(name, entry);
  return entries;
};

/** The files among these, one after another in the order of the archive. */
export async function* readTar(
  stream: ByteStream,
  entries: Entries<TarEntry>,
  wanted: ReadonlySet<string>,
): AsyncIterable<StoredFile> {
  let at = 0;
  for (const [path, { offset, size, reason }] of entries.among(wanted)) {
    if (reason !== undefined) {
      yield { path, reason };
      continue;
    }
    await stream.skip(offset - at);
    const bytes = new Uint8Array(await stream.take(size)); // a copy, because the stream goes on
    if (bytes.length < size) throw damaged(`it ends within ${nameOf(path)}`);
    at = offset + size;
    yield { path, bytes };
  }
}

const openStream = async (path: string, isGzipped: boolean): Promise<ByteStream & AsyncDisposable> => {
  if (isGzipped) return openGzip(path);
  const source = await openSource(path);
  return { ...streamOf(source), [Symbol.asyncDispose]: () => source[Symbol.asyncDispose]() };
};

/** Errors of streams with the words of an archive. */
const named = (error: unknown): unknown =>
  error instanceof SetError || (error as NodeJS.ErrnoException).syscall
    ? error
    : damaged((error as Error).message, error);

/** Lists the files of a tar archive. @throws {SetError} if it is damaged or breaks a limit */
export const openTar = async (path: string, isGzipped: boolean): Promise<Files> => {
  await using stream = await openStream(path, isGzipped);
  const entries = await listTar(stream).catch((error: unknown) => {
    throw named(error);
  });
  const read = async function* (wanted: ReadonlySet<string>): AsyncIterable<StoredFile> {
    await using again = await openStream(path, isGzipped);
    try {
      yield* readTar(again, entries, wanted);
    } catch (error) {
      throw named(error);
    }
  };
  return { paths: entries.paths, read };
};
