// Headers of tar archives (POSIX.1-1988 ustar, POSIX.1-2001 pax, GNU tar).

/** Bytes of a block: headers have one, contents are padded to whole blocks. */
export const BLOCK = 512;

/** A header. */
export type TarHeader = {
  name: string;
  /** Size of the contents, in bytes. */
  size: number;
  /** The character that tells what the entry is. */
  type: string;
};

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const decoder = new TextDecoder();

/** Text up to the first zero. */
const textOf = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
};

/** A number in octal digits, or in binary after a byte of 128 as GNU tar writes large ones; NaN if it is neither. */
const numberOf = (bytes: Uint8Array): number => {
  if (bytes[0] === 0x80) return bytes.subarray(1).reduce((number, byte) => number * 256 + byte, 0);
  const digits = latin1(bytes)
    .replace(/^ +/, '')
    .replace(/[\0 ][^]*$/, '');
  return /^[0-7]*$/.test(digits) ? parseInt(digits || '0', 8) : NaN;
};

const SUM = { start: 148, end: 156 };
const SPACE = 0x20;

/** Whether the checksum fits, which some programs compute from signed bytes. */
const hasChecksum = (block: Uint8Array): boolean => {
  let [unsigned, signed] = [0, 0];
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= SUM.start && i < SUM.end ? SPACE : block[i]!;
    unsigned += byte;
    signed += (byte << 24) >> 24;
  }
  return [unsigned, signed].includes(numberOf(block.subarray(SUM.start, SUM.end)));
};

/** The header in a block; undefined if it is damaged. */
export const parseHeader = (block: Uint8Array): TarHeader | undefined => {
  const size = numberOf(block.subarray(124, 136));
  if (!hasChecksum(block) || !Number.isSafeInteger(size)) return undefined;
  const [name, prefix] = [textOf(block.subarray(0, 100)), textOf(block.subarray(345, 500))];
  const isUstar = latin1(block.subarray(257, 263)) === 'ustar\0';
  return { name: isUstar && prefix ? `${prefix}/${name}` : name, size, type: latin1(block.subarray(156, 157)) };
};

/** The records of a pax header, `length key=value\n` each; undefined if they are damaged. */
export const parsePax = (bytes: Uint8Array): Map<string, string> | undefined => {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length && bytes[at] !== 0;) {
    const [digits = ''] = /^\d{1,9} /.exec(latin1(bytes.subarray(at, at + 10))) ?? [];
    const end = at + Number(digits);
    const text = bytes.subarray(at + digits.length, end - 1);
    const equals = text.indexOf(0x3d);
    if (end <= at + digits.length || bytes[end - 1] !== 0x0a || equals < 1) return undefined;
    records.set(decoder.decode(text.subarray(0, equals)), decoder.decode(text.subarray(equals + 1)));
    at = end;
  }
  return records;
};

/** A long name, as GNU tar writes it. */
export const parseLongName = (bytes: Uint8Array): string => textOf(bytes);
