// Messages between an app and the page in its web view, as text: JSON, with arrays of numbers in base64, in parts.

import { fromBase64, tagOf, toBytes } from '../arguments.js';
import type { Reply, Request } from '../worker/port.js';

/** To the page: a request to a channel; without a request, the end of it, or of all for channel 0. Each model has a channel. */
export type ToPage = [channel: number, request?: Request];

/** To the app: what a channel replies. */
export type ToApp = [channel: number, reply: Reply];

/** The name of the function in the page that takes the app's messages. */
export const RECEIVE = 'groupwiseReceive';

/** What JSON does not have: `$packed` is the class, and `text` a number, or the bytes of an array in base64. */
export class Packed {
  /** Names the class. */
  constructor(
    readonly $packed: string,
    readonly text: string,
  ) {}
}

const ARRAY = /^(Float(32|64)|U?[iI]nt(8|16|32)|Uint8Clamped|Big(Int|Uint)64)Array$/;

/** Arguments of a call, because more do not fit on the stack; a multiple of 3, so that groups of base64 stay whole. */
const MAX_CODES = 3 * 2048;

const toBase64 = (bytes: Uint8Array): string => {
  const texts: string[] = [];
  for (let start = 0; start < bytes.length; start += MAX_CODES)
    texts.push(btoa(String.fromCharCode(...bytes.subarray(start, start + MAX_CODES))));
  return texts.join('');
};

/** A value for JSON. `value` has passed its `toJSON`, which a Buffer has too. */
function pack(this: Record<string, unknown>, key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return new Packed('Number', String(value));
  if (typeof value === 'function') return new Packed('Function', ''); // the page refuses it by name
  if (typeof value !== 'object' || value === null || value instanceof Packed) return value;
  const bytes = toBytes(this[key]);
  // an object of the caller that looks like a packed value
  if (!bytes) return '$packed' in value ? { $packed: 'Object', entries: Object.entries(value) } : value;
  const name = tagOf(this[key]);
  return new Packed(ARRAY.test(name) ? name : 'Uint8Array', toBase64(bytes));
}

/** Objects of callers that look like packed ones were packed themselves. */
const unpack = (_: string, value: unknown): unknown => {
  const { $packed: name, text, entries } = (value ?? {}) as Packed & { entries: [string, unknown][] };
  if (name === 'Object') return Object.fromEntries(entries);
  if (name === 'Number') return Number(text);
  if (name === 'Function') return () => {};
  if (!ARRAY.test(name)) return value;
  type Class = new (buffer: ArrayBufferLike) => ArrayBufferView;
  return new (globalThis as unknown as Record<string, Class>)[name]!(fromBase64(text).buffer);
};

/** The text of a message. */
export const encode = (message: ToPage | ToApp): string => JSON.stringify(message, pack);

/** The message of a text. @throws {SyntaxError} if it is none */
export const decode = (text: string): unknown => JSON.parse(text, unpack) as unknown;

/** Characters of a part: web views take longer ones, but not faster. */
const MAX_PART = 1 << 20;

const MORE = '+';
const LAST = '.';

/** What a page that runs already answers with `READY`, after it freed its models. */
export const HELLO = `${LAST}[0]`;

/** What the page posts, instead of a message, when it is ready. */
export const READY = '*';

/** Begins what the page posts, instead of a message, if its scripts fail. */
export const FAILED = '!';

/** Sends a text in parts. */
export const sendParts = (text: string, send: (part: string) => void): void => {
  for (let start = 0; ;) {
    let end = start + MAX_PART;
    if (end >= text.length) return send(LAST + text.slice(start));
    if (isHighSurrogate(text.charCodeAt(end - 1))) end--; // halves of a character do not survive every bridge
    send(MORE + text.slice(start, end));
    start = end;
  }
};

const isHighSurrogate = (code: number): boolean => code >> 10 === 0xd800 >> 10;

/** Joins the parts of texts that arrive one after the other. */
export const partJoiner = (onText: (text: string) => void): ((part: string) => void) => {
  let parts: string[] = [];
  return (part) => {
    parts.push(part.slice(1));
    if (part[0] !== LAST) return;
    const text = parts.join('');
    parts = [];
    onText(text);
  };
};
