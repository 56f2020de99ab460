// Signals of React Native, whose AbortController comes from a package that is older than `reason` and `throwIfAborted`.

import { check, OBJECT, SIGNAL } from '../arguments.js';

const abortError = (): Error => Object.assign(new Error('the call was aborted'), { name: 'AbortError' });

/** A signal with all that a signal of a page has. Other values stay as they are. */
const completeSignal = (signal: AbortSignal | undefined): AbortSignal | undefined => {
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

/**
 * Options with a signal that has all of a page's signals.
 *
 * @param caller the function that takes them, for messages
 * @throws {ArgumentError} if they are no object, or have another signal; the page checks the other options
 */
export const withSignal = <Options extends { signal?: AbortSignal }>(caller: string, options: Options): Options => {
  check(`${caller}: the options object`, options, OBJECT, 'options');
  const signal = completeSignal(options.signal);
  if (signal === undefined) return options;
  check(`${caller}: option signal`, signal, SIGNAL);
  return { ...options, signal };
};
