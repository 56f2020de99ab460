// Plain data with typed arrays as bytes, and back: JSON, in which each array is its type and place, then the arrays.

const TYPES = { Uint8Array, Int32Array, Float32Array };

/** Name of the property that marks a typed array in the JSON. */
const MARK = '#array';

/** Arrays begin at multiples of this. */
const ALIGNMENT = 8;

const aligned = (place) => Math.ceil(place / ALIGNMENT) * ALIGNMENT;

/** @param {object} value of JSON's types and typed arrays @returns {Uint8Array} */
export const packed = (value) => {
  const arrays = [];
  let length = 0;
  const json = JSON.stringify(value, (_, part) => {
    if (!ArrayBuffer.isView(part)) return part;
    const type = part.constructor.name;
    if (!TYPES[type]) throw new TypeError(`cannot pack ${type}; expected ${Object.keys(TYPES).join(', ')}`);
    const offset = length;
    arrays.push({ offset, bytes: new Uint8Array(part.buffer, part.byteOffset, part.byteLength) });
    length = aligned(offset + part.byteLength);
    return { [MARK]: type, offset, length: part.length };
  });
  const head = new TextEncoder().encode(json);
  const start = aligned(Uint32Array.BYTES_PER_ELEMENT + head.length);
  const bytes = new Uint8Array(start + length);
  new DataView(bytes.buffer).setUint32(0, head.length);
  bytes.set(head, Uint32Array.BYTES_PER_ELEMENT);
  for (const array of arrays) bytes.set(array.bytes, start + array.offset);
  return bytes;
};

/** @param {ArrayBuffer} buffer with what `packed` returned */
export const unpacked = (buffer) => {
  const end = Uint32Array.BYTES_PER_ELEMENT + new DataView(buffer).getUint32(0);
  const json = new TextDecoder().decode(new Uint8Array(buffer).subarray(Uint32Array.BYTES_PER_ELEMENT, end));
  return JSON.parse(json, (_, part) => {
    if (!part?.[MARK]) return part;
    return new TYPES[part[MARK]](buffer, aligned(end) + part.offset, part.length).slice();
  });
};
