// The hook that loads a classifier for a component, and frees it with the component.

import { useEffect, useState } from 'react';
import type { GroupwiseError } from '../errors.js';
import type { Progress } from '../runtime/read-options.js';
import type { NativeClassifier } from './classifier.js';
import { loadClassifier, type ClassifierOptions } from './load.js';
import type { NativeSource } from './sources.js';

/** What `useClassifier` returns: a classifier, unless it still loads or failed to. */
export type ClassifierState =
  | { state: 'loading'; progress?: Progress; classifier?: undefined; error?: undefined }
  | { state: 'loaded'; progress?: undefined; classifier: NativeClassifier; error?: undefined }
  | { state: 'error'; progress?: undefined; classifier?: undefined; error: Error & { code?: GroupwiseError['code'] } };

const LOADING: ClassifierState = { state: 'loading' };

/** What tells sources apart: an object with a URI is often a new one each time. */
const identityOf = (source: NativeSource): unknown => (source as { uri?: string }).uri ?? source;

/**
 * Loads a classifier, again whenever the source or an option changes, and frees it when the component goes.
 *
 * @param source an asset (`require('./model.gw')`), a URI, base64, or bytes that are the same array each time
 */
export const useClassifier = (
  source: NativeSource,
  options: Omit<ClassifierOptions, 'signal' | 'onProgress'> = {},
): ClassifierState => {
  const [state, setState] = useState<ClassifierState>(LOADING);
  useEffect(() => {
    const controller = new AbortController();
    let loaded: NativeClassifier | undefined;
    const show = (next: ClassifierState) => {
      if (!controller.signal.aborted) setState(next);
    };
    show(LOADING);
    loadClassifier(source, {
      ...options,
      signal: controller.signal,
      onProgress: (progress) => show({ state: 'loading', progress }),
    }).then(
      (classifier) => {
        loaded = classifier;
        if (controller.signal.aborted) classifier.dispose();
        show({ state: 'loaded', classifier });
      },
      (error: Error) => show({ state: 'error', error }),
    );
    return () => {
      controller.abort();
      loaded?.dispose();
    };
  }, [identityOf(source), JSON.stringify(options)]);
  return state;
};
