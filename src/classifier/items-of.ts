// The items of an iterable, which may never have a next one.

import { untilAborted } from '../arguments.js';

/**
 * The items of an iterable, until a signal is aborted.
 *
 * @throws what the iterable throws; the reason of the signal, also while an item is awaited
 */
export async function* itemsOf<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Item, void, undefined> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let isOpen = false;
  try {
    for (;;) {
      isOpen = false; // as with `for await`, an iterator whose next() fails is not closed
      const result = await untilAborted(iterator.next(), signal);
      if (result.done) return;
      isOpen = true;
      yield await untilAborted(result.value, signal); // a list may have promises
    }
  } finally {
    // an iterator that waits ends after its next item, which may never come
    const end = isOpen || signal?.aborted ? Promise.resolve(iterator.return?.()) : undefined;
    if (signal?.aborted) end?.catch(() => {});
    else await end;
  }
}
