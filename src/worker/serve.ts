// The worker's side: loads one model or classifier, and runs the calls that the page sends.

import { toBytes } from '../arguments.js';
import type { ClassifyOptions } from '../classifier/classify-options.js';
import type { ClassifierInput, ImageClassifier } from '../classifier/image-classifier.js';
import type { ClassifierOptions } from '../classifier/load-classifier.js';
import type { Model, RuntimeInfo } from '../runtime/model.js';
import type { LoadOptions } from '../runtime/loader.js';
import type { ModelSource } from '../runtime/model-source.js';
import type { Progress } from '../runtime/read-options.js';
import type { ModelInput } from '../runtime/tensors.js';
import { failureOf } from './failure.js';
import type { Call, Method, Port, Reply, Request } from './port.js';
import { closePictures } from './portable.js';

/** The loaders of an entry. */
export type Library = {
  loadModel(source: ModelSource, options: LoadOptions): Promise<Model>;
  loadClassifier(source: ModelSource, options: ClassifierOptions): Promise<ImageClassifier>;
};

/** What the page needs to know about a model. */
export type Loaded = Pick<Model, 'inputs' | 'outputs' | 'metadata' | 'kernels' | 'summary'> &
  Pick<Partial<ImageClassifier>, 'classes'> & { info: RuntimeInfo };

/** Answers the calls that arrive at a port. */
export const serve = (port: Port<Reply, Request>, library: Library): void => {
  const calls = new Map<number, AbortController>();
  let model: Model | undefined;
  let classifier: ImageClassifier | undefined;

  const load = async (method: keyof Library, args: unknown[], added: object): Promise<Loaded> => {
    const [source, options] = args as [ModelSource, object];
    const loaded = await library[method](source, { ...options, ...added });
    classifier = 'model' in loaded ? loaded : undefined;
    model = 'model' in loaded ? loaded.model : loaded;
    const { inputs, outputs, metadata, kernels, summary } = model;
    return { inputs, outputs, metadata, kernels, summary, info: model.runtimeInfo(), classes: classifier?.classes };
  };

  const answer = ({ id, method, args }: Call, signal: AbortSignal): unknown => {
    if (method === 'loadModel' || method === 'loadClassifier')
      return load(method, args, { signal, onProgress: (progress: Progress) => port.send({ id, progress }) });
    const [input, options] = args as [ModelInput & ClassifierInput & ClassifierInput[], ClassifyOptions];
    switch (method) {
      case 'run':
      case 'profile':
      case 'describe':
        return model![method](input);
      case 'classify':
      case 'classifyBatch':
      case 'embed':
      case 'scores':
        return classifier![method](input, { ...options, signal });
      case 'runPhoto':
        return classifier!.run(input, { ...options, signal });
    }
  };

  port.listen((request) => {
    const { id } = request;
    if ('aborted' in request) return calls.get(id)?.abort();
    const { method, args } = request;
    const controller = new AbortController();
    calls.set(id, controller);
    void Promise.resolve()
      .then(() => answer(request, controller.signal))
      .then((value) => port.send({ id, value }, TRANSFERRED.has(method) ? buffersIn(value) : []))
      .catch((error: unknown) => port.send({ id, failure: failureOf(error) }))
      .finally(() => {
        calls.delete(id);
        closePictures(args.flat());
      });
  });
};

/** Methods whose results belong to the caller. */
const TRANSFERRED: ReadonlySet<Method> = new Set(['run', 'runPhoto', 'embed', 'scores']);

/** The memory of arrays in a result, which the worker does not need any more. */
const buffersIn = (value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] => {
  const bytes = toBytes(value);
  if (bytes) found.add(bytes.buffer as ArrayBuffer);
  else if (typeof value === 'object' && value) Object.values(value).forEach((part) => buffersIn(part, found));
  return [...found];
};
