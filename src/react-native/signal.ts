// Signals of React Native, whose AbortController comes from a package that is older than `reason` and `throwIfAborted`.

const abortError = (): Error => Object.assign(new Error('the call was aborted'), { name: 'AbortError' });

/** A signal with all that a signal of a page has; `undefined` stays as it is. */
export const completeSignal = (signal: AbortSignal | undefined): AbortSignal | undefined => {
  // what is no signal is refused by name
  if (typeof signal?.addEventListener !== 'function' || typeof signal.throwIfAborted === 'function') return signal;
  let reason: unknown;
  const complete = {
    get aborted(): boolean {
      return signal.aborted;
    },
    get reason(): unknown {
      return signal.aborted ? (reason ??= (signal.reason as unknown) ?? abortError()) : undefined;
    },
    throwIfAborted(): void {
      if (signal.aborted) throw complete.reason;
    },
    addEventListener: signal.addEventListener.bind(signal),
    removeEventListener: signal.removeEventListener.bind(signal),
  };
  return complete as AbortSignal;
};
