// Why a string is no path and a URL cannot be fetched, in words.

import { isBase64 } from '../arguments.js';
import { rootOf } from '../read-bytes.js';

/** The reason for a name that no system takes. */
export const TOO_LONG = 'its name is too long';

/** Why a string is no path. */
export const nameReason = (text: string): string =>
  isBase64(text)
    ? "it is a file in base64, not a path: give Buffer.from(text, 'base64'), or write 'data:;base64,' before it"
    : TOO_LONG;

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
