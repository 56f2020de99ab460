// One life of the page in the web view: from the moment it is ready until the system or the app ends it.

import type { Reply, Request } from '../worker/port.js';
import { encode, sendParts, type ToPage } from './messages.js';

/** What waits for replies of the page. */
type Waiting = {
  resolve: (reply: Reply) => void;
  reject: (error: unknown) => void;
  onProgress: (reply: Reply) => void;
};

/** The page ended before it replied. */
export class PageEnded extends Error {
  override readonly name = 'PageEnded';
}

/** A page that is ready. */
export class PageLife {
  /** Channels whose model is in this page, or on its way there. */
  readonly models = new Map<number, Promise<Reply>>();
  readonly #post: (part: string) => void;
  readonly #waiting = new Map<string, Waiting>();
  #hasEnded = false;

  /** @param post sends a part of a message to the page */
  constructor(post: (part: string) => void) {
    this.#post = post;
  }

  /** Calls a method of a channel. @throws {PageEnded} if the page ends before it replies */
  call(channel: number, request: Request, onProgress: Waiting['onProgress'] = () => {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#hasEnded) throw new PageEnded();
      this.post([channel, request]);
      this.#waiting.set(`${channel}:${request.id}`, { resolve, reject, onProgress });
    });
  }

  /** Sends a message that has no reply. */
  post(message: ToPage): void {
    if (!this.#hasEnded) sendParts(encode(message), this.#post);
  }

  /** Hands a reply to its caller. */
  receive(channel: number, reply: Reply): void {
    const key = `${channel}:${reply.id}`;
    const waiting = this.#waiting.get(key);
    if ('progress' in reply) return waiting?.onProgress(reply);
    this.#waiting.delete(key);
    waiting?.resolve(reply);
  }

  /** Rejects all calls that wait: the page is gone. */
  end(): void {
    this.#hasEnded = true;
    this.rejectAll(new PageEnded());
  }

  /** Rejects all calls that wait. */
  rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
