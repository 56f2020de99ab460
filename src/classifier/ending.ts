// The end of a classifier, which ends all that its calls wait for. It is a signal like those of callers, but none of the
// platform: Cloudflare Workers make those only while they answer a request, and forbid them in other requests.

/** A signal for one wait. */
export type Wait = {
  signal: AbortSignal;
  /** To be called after the wait: callers may keep their signals. */
  release: () => void;
};

/** The end of a classifier. */
export class Ending implements Pick<AbortSignal, 'aborted' | 'reason'> {
  readonly #listeners = new Set<() => void>();
  #why: (() => Error) | undefined;

  /** Ends all waits, once. @param why makes the error of a call: each gets its own, whose message may name its photo */
  end(why: () => Error): void {
    this.#why ??= why;
    for (const listener of this.#listeners) listener();
  }

  /** Whether it has ended. */
  get aborted(): boolean {
    return !!this.#why;
  }

  /** Why it has ended. */
  get reason(): unknown {
    return this.#why?.();
  }

  /** @throws the reason if it has ended */
  throwIfAborted(): void {
    if (this.#why) throw this.#why();
  }

  /** Calls `listener` at the end. */
  addEventListener(_: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Forgets a listener. */
  removeEventListener(_: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  /** A signal that is aborted at the end, and with the signal of the caller. */
  wait(signal: AbortSignal | undefined): Wait {
    // Hermes has no signals, and so its callers have none
    if (typeof AbortController !== 'function') return { signal: this as unknown as AbortSignal, release: () => {} };
    const controller = new AbortController();
    const causes = signal ? [signal, this] : [this];
    const abort = () => controller.abort(causes.find(({ aborted }) => aborted)!.reason);
    for (const cause of causes) cause.addEventListener('abort', abort);
    if (causes.some(({ aborted }) => aborted)) abort();
    return {
      signal: controller.signal,
      release: () => causes.forEach((cause) => cause.removeEventListener('abort', abort)),
    };
  }
}
