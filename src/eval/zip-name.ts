// Names of entries in zip archives (PKWARE APPNOTE 6.3, appendix D).

import { crc32 } from '../node/crc32.js';

/** Characters 128 to 255 of code page 437. */
const UPPER =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

const utf8 = new TextDecoder('utf-8', { fatal: true });
const lenient = new TextDecoder();

const fromCodePage = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : UPPER[byte - 128]!)).join('');

/** The field with a name in Unicode, which holds the checksum of the other name: version, checksum, name. */
const UNICODE_PATH = 0x7075;

const unicodePath = (name: Uint8Array, extra: DataView): string | undefined => {
  for (let at = 0; at + 9 <= extra.byteLength;) {
    const end = at + 4 + extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) === UNICODE_PATH && end <= extra.byteLength && end >= at + 9) {
      const isCurrent = extra.getUint8(at + 4) === 1 && extra.getUint32(at + 5, true) === crc32(name);
      if (isCurrent) return lenient.decode(new Uint8Array(extra.buffer, extra.byteOffset + at + 9, end - at - 9));
    }
    at = end;
  }
  return undefined;
};

/** Decodes a name: as UTF-8 if the entry says so or the bytes are valid, as macOS writes them; otherwise code page 437. */
export const decodeName = (name: Uint8Array, isUtf8: boolean, extra: DataView): string => {
  if (isUtf8) return lenient.decode(name);
  const given = unicodePath(name, extra);
  if (given !== undefined) return given;
  try {
    return utf8.decode(name);
  } catch {
    return fromCodePage(name);
  }
};
