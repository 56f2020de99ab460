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
  let result: IteratorResult<Item> | undefined;
  try {
    while (!(result = await untilAborted(iterator.next(), signal)).done) {
      yield await untilAborted(result.value, signal); // a list may have promises
    }
  } finally {
    // one that waits ends after its next item, which may never come
    const end = result?.done ? undefined : Promise.resolve(iterator.return?.());
    if (signal?.aborted) end?.catch(() => {});
    else await end;
  }
}
