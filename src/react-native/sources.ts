// Models and photos of an app in a form that the page takes: addresses that it fetches, and bytes in base64.

import { Image } from 'react-native';
import { isBase64, show, tagOf } from '../arguments.js';
import { ArgumentError, shortened, type ImageError, type LoadError } from '../errors.js';
import { checkAllowed, checkLength, kindOf, type SourceKind } from '../read-bytes.js';
import { Packed } from './messages.js';

/** A file that Metro bundled, as `require('./model.gw')` or expo-asset's `Asset.fromModule` name it. */
export type Asset = number | { uri: string; localUri: string | null; downloadAsync(): Promise<unknown> };

/** A file: a picture of a camera or picker, or a `File` of expo-file-system. */
export type NativeFile = { uri: string; base64?: string | null } | { base64(): Promise<string> };

/** What an app loads a model from, and a photo: a URI or base64, an asset, a file, bytes. */
export type NativeSource = string | Asset | NativeFile | Uint8Array | ArrayBuffer | Blob;

/** How sources are read: the class of the errors, what messages call the source, and the limits of the user. */
export type Reading = {
  what: string;
  Failure: typeof LoadError | typeof ImageError;
  maxBytes: number;
  sources: SourceKind | readonly SourceKind[] | undefined;
  /** Aborts a request. */
  signal?: AbortSignal;
};

/** Bytes in base64, with or without the head of a data: URL, and with - and _ for + and / or not. */
const packed = (base64: unknown, { what, Failure }: Reading): Packed => {
  if (typeof base64 !== 'string') throw new Failure(`base64 of ${what} is ${show(base64)}; expected a string`);
  const text = base64
    .replace(/^data:[^,]*,/i, '')
    .replace(/\s+/g, '')
    .replace(/={1,2}$/, '');
  const wrong = /[^\w+/-]/.exec(text);
  // a group of four characters has three bytes, and one character is no byte
  if (wrong || text.length % 4 === 1)
    throw new Failure(
      `${what} is not base64: ${wrong ? `character ${wrong.index} is ${show(wrong[0])}` : 'a part of it is missing'}`,
    );
  return new Packed('Uint8Array', text.replace(/-/g, '+').replace(/_/g, '/'));
};

/**
 * A source for the page. Addresses that the page can fetch stay as they are. So do values that are no source: the page says
 * what is wrong with them.
 *
 * @param isFetchedHere whether http: URLs are fetched here too, where no server can forbid it (CORS)
 * @throws an error of class `Failure` if it cannot be read or is not allowed
 */
export const sendable = async (source: unknown, reading: Reading, isFetchedHere = false): Promise<unknown> => {
  if (typeof source === 'number') return ofAsset(assetUri(source, reading), reading);
  if (typeof source === 'string') return fromText(source, reading, isFetchedHere);
  if (tagOf(source) === 'Blob' || tagOf(source) === 'File') return readBlob(source as Blob, reading);
  const { base64, uri, downloadAsync } = (source ?? {}) as Record<string, unknown>;
  if (typeof base64 === 'string') return packed(base64, reading);
  if (typeof base64 === 'function') return packed(await (source as { base64(): Promise<string> }).base64(), reading);
  if (typeof downloadAsync === 'function') {
    const asset = source as Exclude<Asset, number>;
    await asset.downloadAsync();
    return ofAsset(asset.localUri ?? asset.uri, reading);
  }
  return typeof uri === 'string' ? fromText(uri, reading, isFetchedHere) : source;
};

/** Whether a source is an http: URL, which the page fetches unless the server forbids it. */
export const isRemote = (source: unknown): boolean =>
  /^https?:/i.test(String(typeof source === 'object' ? (source as { uri?: unknown } | null)?.uri : source));

/** The app trusts its own files, and Metro's server allows no page to read them. */
const ofAsset = (uri: string, reading: Reading): Promise<unknown> =>
  fromText(uri, { ...reading, sources: undefined }, true);

const assetUri = (asset: number, { Failure }: Reading): string => {
  const uri = Image.resolveAssetSource(asset)?.uri;
  if (!uri) throw new ArgumentError(`${asset} is no asset; expected require('./model.gw')`);
  if (/^\w+$/.test(uri))
    throw new Failure(
      `${uri} is a resource in the Android package, which only native code reads: pass Asset.fromModule(require(...)) of expo-asset`,
    );
  return uri;
};

const fromText = async (text: string, reading: Reading, isFetchedHere: boolean): Promise<unknown> => {
  if (isBase64(text)) return packed(text, reading);
  const uri = text.startsWith('/') ? `file://${text}` : text;
  const isLocal = /^(?!https?:|data:|blob:)[a-z][\w+.-]+:/i.test(uri);
  if (!isLocal && !(isFetchedHere && isRemote(uri))) return text;
  checkAllowed(uri, kindOf(uri), reading.sources, reading.Failure);
  return readUri(uri, reading);
};

/** Reads a file, or what a server sends. React Native reads files by XMLHttpRequest, as a Blob, where `fetch` fails. */
const readUri = (uri: string, reading: Reading): Promise<Packed> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const { signal } = reading;
    const fail = (why: string) => reject(new reading.Failure(cannotRead(uri, why, reading)));
    const abort = () => request.abort();
    request.onloadend = () => signal?.removeEventListener('abort', abort);
    request.onprogress = ({ loaded }) => {
      try {
        checkLength(loaded, reading);
      } catch (error) {
        if (error instanceof Error) reject(error);
        abort();
      }
    };
    request.responseType = 'blob';
    request.onload = () => {
      if (request.status >= 400) return fail(`the server answered ${request.status}`);
      const blob = request.response as Blob | null;
      if (!blob) return fail('the answer has no body');
      readBlob(blob, reading).then(resolve, reject);
    };
    request.onerror = request.ontimeout = request.onabort = () => fail('the request failed');
    request.open('GET', uri);
    request.send();
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
  });

const cannotRead = (uri: string, why: string, { what }: Reading): string =>
  `cannot read ${what} from ${shortened(uri)}: ${why}${
    /^https?:/i.test(uri)
      ? ''
      : '. Some versions of React Native (0.82 to 0.84) read no files on Android: pass base64, or new File(uri) of expo-file-system'
  }`;

const readBlob = async (blob: Blob, reading: Reading): Promise<Packed> => {
  checkLength(blob.size, reading);
  const url = await new Promise<unknown>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = reader.onabort = () => reject(new reading.Failure(`cannot read ${reading.what} from a Blob`));
    reader.readAsDataURL(blob);
  });
  return packed(url, reading);
};
