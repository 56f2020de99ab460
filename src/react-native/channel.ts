// The connection to one model in the page: a port on which calls outlive the page.

import { withDefaults } from '../arguments.js';
import { EngineError, ImageError, LoadError } from '../errors.js';
import { MAX_PHOTO_BYTES } from '../image/photo-options.js';
import { MAX_MODEL_BYTES } from '../read-bytes.js';
import { errorOf, failureOf } from '../worker/failure.js';
import type { Call, Port, Reply, Request } from '../worker/port.js';
import type { Bridge } from './bridge.js';
import { PageEnded, type PageLife } from './page-life.js';
import { isRemote, sendable, type Reading } from './sources.js';

type Options = { maxBytes?: number; sources?: Reading['sources'] };

/** How often a call is sent: a page that ends twice during a call would end again. */
const MAX_ATTEMPTS = 2;

const MODEL: Reading = { what: 'the model', Failure: LoadError, maxBytes: MAX_MODEL_BYTES, sources: undefined };

const isLoad = ({ method }: Call): boolean => method === 'loadModel' || method === 'loadClassifier';

/** A channel to the page; each holds one model. */
export class Channel implements Port<Request, Reply> {
  readonly #bridge: Bridge;
  readonly #id: number;
  /** The calls without an answer, and what aborts the reading of their sources. */
  readonly #calls = new Map<number, AbortController>();
  #load: Call | undefined;
  #isClosed = false;
  #onMessage: (reply: Reply) => void = () => {};

  /** Opens a channel. */
  constructor(bridge: Bridge) {
    this.#bridge = bridge;
    this.#id = bridge.newChannel();
  }

  /** Sends a call, or aborts one. */
  send(request: Request): void {
    const { id } = request;
    if ('aborted' in request) {
      this.#calls.get(id)?.abort();
      return this.#bridge.current?.post([this.#id, request]);
    }
    this.#calls.set(id, new AbortController());
    if (isLoad(request)) this.#load = request;
    void this.#answer(request)
      .catch((error: unknown) => ({ id, failure: failureOf(error) }))
      .then((reply) => {
        this.#calls.delete(id);
        this.#onMessage(reply);
      });
  }

  /** Calls `onMessage` for every reply. */
  listen(onMessage: (reply: Reply) => void): void {
    this.#onMessage = onMessage;
  }

  /** Frees the model. Calls that still wait for a page do not load it again. */
  close(): void {
    this.#isClosed = true;
    for (const controller of this.#calls.values()) controller.abort();
    this.#bridge.current?.post([this.#id]);
  }

  /** Sends a call until a page lives long enough to answer it. */
  async #answer(call: Call): Promise<Reply> {
    for (let attempt = 1; ; attempt++) {
      const page = await this.#bridge.page();
      this.#checkWanted(call);
      try {
        return await this.#answerOf(page, call);
      } catch (error) {
        if (!(error instanceof PageEnded)) throw error;
        if (attempt === MAX_ATTEMPTS) throw new EngineError(ENDED);
      }
    }
  }

  async #answerOf(page: PageLife, call: Call): Promise<Reply> {
    if (isLoad(call)) return this.#loadIn(page, call);
    // a page that started since the model was loaded loads it again, by an id that no other call has
    await (page.models.get(this.#id) ?? this.#loadIn(page, { ...this.#load!, id: -this.#load!.id }));
    return this.#send(page, call);
  }

  async #loadIn(page: PageLife, load: Call): Promise<Reply> {
    // one that is repeated for other calls
    if (!this.#calls.has(load.id)) this.#calls.set(load.id, new AbortController());
    const loading = this.#send(page, load).then((reply) => {
      if ('failure' in reply) throw errorOf(reply.failure);
      return reply;
    });
    page.models.set(this.#id, loading);
    try {
      return await loading;
    } catch (error) {
      page.models.delete(this.#id);
      throw error;
    }
  }

  /** Sends a call; if a server does not let the page read its source, the app reads it. */
  async #send(page: PageLife, call: Call): Promise<Reply> {
    const reply = await this.#post(page, call, false);
    if (!('failure' in reply) || !reply.failure.message.includes('(CORS)')) return reply;
    if (![call.args[0]].flat().some(isRemote)) return reply;
    return this.#post(page, call, true);
  }

  async #post(page: PageLife, call: Call, isFetchedHere: boolean): Promise<Reply> {
    const [input, options] = call.args;
    const reading = this.#readingOf(call, options ?? {});
    const { signal } = this.#calls.get(call.id)!;
    const ready = (source: unknown) => (reading ? sendable(source, { ...reading, signal }, isFetchedHere) : source);
    const sent = Array.isArray(input) ? await Promise.all(input.map(ready)) : await ready(input);
    this.#checkWanted(call);
    return page.call(this.#id, { ...call, args: [sent, options] }, (progress) => this.#onMessage(progress));
  }

  /** @throws if the caller has its answer already: the call was aborted, or the model disposed */
  #checkWanted({ id }: Call): void {
    if (this.#isClosed || this.#calls.get(id)?.signal.aborted) throw new Error('aborted');
  }

  /** How the source of a call is read; `undefined` for tensors. */
  #readingOf({ method }: Call, options: Options): Reading | undefined {
    switch (method) {
      case 'loadModel':
        return withDefaults({ maxBytes: options.maxBytes, sources: options.sources }, MODEL);
      case 'loadClassifier': // whose limits are about photos
        return MODEL;
      case 'run':
      case 'profile':
      case 'describe':
        return undefined;
      default: {
        const { maxBytes = MAX_PHOTO_BYTES, sources } = withDefaults(options, this.#load!.args[1] as Options);
        return { what: 'the photo', Failure: ImageError, maxBytes, sources };
      }
    }
  }
}

const ENDED =
  'the system ended the page of <GroupwiseView /> twice during a call: the model and the photo may need more memory than the device gives a page';
