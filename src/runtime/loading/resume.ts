// Goes on with an interrupted download where it stopped, if the server still has the same bytes.

import type { Reading } from '../../read-bytes.js';

/** Headers that ask for the rest of an interrupted download; undefined if it has to begin again. */
export const headersForRest = ({ received, answer }: Reading): Record<string, string> | undefined => {
  const { url = '', headers } = answer ?? {};
  const etag = headers?.get('etag') ?? '';
  // a weak ETag does not promise the same bytes, and those of a compressed transfer are counted before it is unpacked
  if (!received?.length || !etag.startsWith('"') || headers!.has('content-encoding')) return undefined;
  // servers of other origins, to which the URL may have led, would have to allow the headers
  const { origin } = globalThis.location ?? {};
  if (origin && !url.startsWith(`${origin}/`)) return undefined;
  return { range: `bytes=${received.length}-`, 'if-range': etag };
};

/**
 * An answer to such headers, after what had arrived before it if it is the rest of the same file. Undefined if it
 * cannot be used: it is another part, or has no body.
 */
export const withReceived = (response: Response, { received, answer }: Reading): Response | undefined => {
  const { status, headers, body } = response;
  if (status !== 206 && status !== 416) return response; // all of it, or an error
  const [, start] = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '') ?? [];
  const isSame = headers.get('etag') === answer!.headers.get('etag') && !headers.has('content-encoding');
  if (body && isSame && Number(start) === received!.length) return new Response(joined(received!, body), { headers });
  body?.cancel().catch(() => {});
  return undefined;
};

const joined = (start: Uint8Array, rest: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> => {
  const reader = rest.getReader();
  return new ReadableStream({
    start: (controller) => controller.enqueue(start),
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
};
