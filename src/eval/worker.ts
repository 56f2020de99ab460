// A thread that loads the model and classifies pictures one at a time.

import { parentPort, workerData } from 'node:worker_threads';
import type { ClassifierOptions } from '../classifier/load-classifier.js';
import type { RankOptions } from '../classifier/rank.js';
import { loadClassifier } from '../node.js';
import type { Answer, Ranking } from './outcome.js';

/** The data of a new thread. */
export type Setup = { model: Uint8Array; options: ClassifierOptions };

/** What to say of a picture: where its own class is among all, or its best classes. */
export type Question = { truth: number } | { rank: RankOptions };

/** A picture to classify. */
export type Job = { id: number; bytes: Uint8Array<ArrayBuffer>; question: Question };

/** The message of a thread that has loaded the model. */
export type Ready = 'ready';

/** Why a picture cannot be classified: the fields of its error, which do not survive a message as an object. */
export type Failed = { name: string; message: string; stack?: string };

/** The answer to the job with this id, or the reason why there is none. */
export type Done = { id: number; answer?: Answer | Ranking; failure?: Failed };

const { model, options } = workerData as Setup;
const port = parentPort!;
const classifier = await loadClassifier(model, options);

const compare = async (bytes: Uint8Array, truth: number): Promise<Answer> => {
  const ranked = await classifier.classify(bytes, { topK: Infinity });
  const place = ranked.findIndex(({ index }) => index === truth);
  return { predicted: ranked[0]!.index, place, score: ranked[0]!.score, trueScore: ranked[place]!.score };
};

const rank = async (bytes: Uint8Array, ranking: RankOptions): Promise<Ranking> => {
  const start = performance.now();
  const results = await classifier.classify(bytes, ranking);
  return { results, milliseconds: performance.now() - start };
};

const answer = ({ bytes, question }: Job): Promise<Answer | Ranking> =>
  'truth' in question ? compare(bytes, question.truth) : rank(bytes, question.rank);

let last = Promise.resolve();

port.on('message', (job: Job) => {
  last = last.then(async () => {
    const done = await answer(job).then(
      (own): Done => ({ id: job.id, answer: own }),
      ({ name, message, stack }: Error): Done => ({ id: job.id, failure: { name, message, stack } }),
    );
    port.postMessage(done);
  });
});

port.postMessage('ready' satisfies Ready);
