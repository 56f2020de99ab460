// The classifier of the demo: loaded again when the visitor chooses another network or option.

import { loadClassifier, type ImageClassifier, type Progress, type WorkerClassifier } from 'groupwise';
import type { Network } from './networks.js';

/** A classifier on the page or in a worker. */
export type Classifier = ImageClassifier | WorkerClassifier;

/** What the visitor chose. */
export type Choice = { network: Network; worker: boolean; deterministic: boolean };

/** Loads what is chosen. */
export const open = (
  { network, worker, deterministic }: Choice,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Classifier> =>
  loadClassifier(network.source, {
    deterministic,
    signal,
    onProgress,
    ...(worker && { worker }),
  }) as Promise<Classifier>;

/** Holds one classifier at a time; the last one is freed when another is asked for. */
export class Engine {
  #loading: Promise<Classifier> | undefined;
  #abort = new AbortController();

  /** Loads what is chosen. Calls that wait for the classifier before reject. */
  load(choice: Choice, onProgress: (progress: Progress) => void): Promise<Classifier> {
    this.#abort.abort();
    void this.#loading?.then((classifier) => classifier.dispose()).catch(() => {});
    this.#abort = new AbortController();
    return (this.#loading = open(choice, onProgress, this.#abort.signal));
  }

  /** The classifier that was loaded last. */
  get classifier(): Promise<Classifier> {
    return this.#loading ?? Promise.reject(new Error('no network is loaded'));
  }

  /** Aborted when another classifier takes the place of this one. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }
}
