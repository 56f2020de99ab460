// Parts of tar archives (POSIX.1-2001, GNU tar), put together in ways that no program would.

const BLOCK = 512;

/** What a header says, which need not be true. */
export type TarFields = { name: string; size?: number | Uint8Array; type?: string; link?: string };

/** A header of ustar with a valid checksum. `size` may be the raw bytes of the field. */
export const tarHeader = ({ name, size = 0, type = '0', link = '' }: TarFields): Buffer => {
  const block = Buffer.alloc(BLOCK);
  block.write(name.slice(0, 100), 0, 'latin1');
  block.write('0000644\0'.repeat(3), 100, 'latin1');
  if (typeof size === 'number') block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  else block.set(size, 124);
  block.write('00000000000\0        ', 136, 'latin1');
  block.write(type, 156, 'latin1');
  block.write(link, 157, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
};

/** Contents, padded to whole blocks. */
export const padded = (bytes: Uint8Array): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);

/** An entry with its contents. */
export const tarEntry = (name: string, contents: Uint8Array | string = '', type = '0'): Buffer => {
  const bytes = Buffer.from(contents);
  return Buffer.concat([tarHeader({ name, size: bytes.length, type }), padded(bytes)]);
};

/** A record of a pax header. */
export const paxRecord = (key: string, value: string): string => {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest) + 1;
  while (String(length).length + Buffer.byteLength(rest) !== length) length++;
  return `${length}${rest}`;
};

/** An archive of these entries, with the blocks of zeros at its end. */
export const tarOf = (entries: readonly Uint8Array[]): Buffer => Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]);
