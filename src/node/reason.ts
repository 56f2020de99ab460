// Why a file cannot be read or a URL cannot be fetched, in words.

import { existsSync } from 'node:fs';
import { isBase64 } from '../arguments.js';
import { rootOf } from '../read-bytes.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  ENOTDIR: 'a part of its path is no folder',
  ESPIPE: 'it is a pipe: give - and pass it as the standard input',
  ENODEV: 'it is a device, not a file',
  ENXIO: 'it is a socket, not a file',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
};

/** A folder that another framework writes. */
const folderOf = (path: string): string => {
  const kind = path.replace(/\/+$/, '').endsWith('.mlpackage')
    ? ', a Core ML package'
    : existsSync(`${path}/saved_model.pb`) && ', a TensorFlow SavedModel';
  return `it is a folder${kind ? `${kind}: export its network to ONNX` : ''}`;
};

/** Why a string is no path. */
export const nameReason = (text: string): string =>
  isBase64(text)
    ? "it is a file in base64, not a path: give Buffer.from(text, 'base64'), or write 'data:;base64,' before it"
    : REASONS.ENAMETOOLONG!;

/** Why a file cannot be read, in words; `path` where the error does not name it. */
export const reasonOf = (error: unknown, path?: string): string => {
  const { code, message, path: named = path } = error as NodeJS.ErrnoException;
  if (named === '') return 'its name is empty';
  if (code === 'EISDIR') return folderOf(named ?? '');
  if (isBase64(named ?? '')) return nameReason(named!);
  if (/^(\w+:\/\/|data:|blob:)/i.test(named ?? '')) return 'it is a URL, and only files are read: give a path';
  return REASONS[code ?? ''] ?? message;
};

/** What the messages of engines say, by their codes and words: those of Node, Deno and Bun differ. */
const FAILURES: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/ECONNREFUSED|refused/i, 'nothing answers at this address (connection refused)'],
  [/ENOTFOUND|EAI_AGAIN|dns error|getaddrinfo|lookup address/i, 'its host is not found (DNS)'],
  [/redirect/i, 'it redirects too often, or to a URL that cannot be fetched'],
  [/EXPIRED|expired/, 'the certificate of the server has expired (TLS)'],
  [/SELF_SIGNED|self-signed|UnknownIssuer|UNABLE_TO_VERIFY/i, 'the certificate of the server is not trusted (TLS)'],
  [/CERT|certificate|SSL|TLS|handshake/i, 'the secure connection fails (TLS)'],
  [/timeout|timed out|ETIMEDOUT/i, 'the server does not answer in time'],
  [/EHOSTUNREACH|ENETUNREACH|unreachable/i, 'the network does not reach the server'],
  [/ECONNRESET|UND_ERR_SOCKET|reset|closed/i, 'the server closed the connection'],
  [/ERR_INVALID_URL|invalid url/i, 'the URL is invalid'],
];

/** Why a URL cannot be fetched, as far as the engine says. */
export const fetchReason = (error: unknown): string => {
  const { code, message } = rootOf(error);
  const text = [code, message].filter(Boolean).join(' ');
  const [, reason] = FAILURES.find(([pattern]) => pattern.test(text)) ?? [];
  return reason ? `${reason}: ${message || code}` : text;
};
