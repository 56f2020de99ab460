// A thread that loads the model and classifies pictures one at a time.

import { parentPort, workerData } from 'node:worker_threads';
import type { ClassifierOptions } from '../classifier/load-classifier.js';
import { loadClassifier } from '../node.js';
import type { Answer } from './outcome.js';

/** The data of a new thread. */
export type Setup = { model: Uint8Array; options: ClassifierOptions };

/** A picture to classify. */
export type Job = { id: number; bytes: Uint8Array<ArrayBuffer>; truth: number };

/** The message of a thread that has loaded the model. */
export type Ready = 'ready';

/** The answer to the job with this id, or the reason why the picture cannot be classified. */
export type Done = { id: number; answer?: Answer; reason?: string };

const { model, options } = workerData as Setup;
const port = parentPort!;
const classifier = await loadClassifier(model, options);

const answer = async ({ bytes, truth }: Job): Promise<Answer> => {
  const ranked = await classifier.classify(bytes, { topK: Infinity });
  const place = ranked.findIndex(({ index }) => index === truth);
  return { predicted: ranked[0]!.index, place, score: ranked[0]!.score, trueScore: ranked[place]!.score };
};

let last = Promise.resolve();

port.on('message', (job: Job) => {
  last = last.then(async () => {
    const done = await answer(job).then(
      (own): Done => ({ id: job.id, answer: own }),
      (error: Error): Done => ({ id: job.id, reason: error.message }),
    );
    port.postMessage(done);
  });
});

port.postMessage('ready' satisfies Ready);
