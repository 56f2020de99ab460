// The work of the endurance measurement, which runs in Node and in pages: it imports nothing.

/** Memory in bytes after `done` frames or cycles; `time` is in milliseconds. */
export type Sample = { done: number; time: number; heap?: number; resident?: number };

/** What is measured. */
export type Endurance = { frames: number; cycles: number; worker: boolean };

/** The memory of each run. */
export type Samples = { frames: Sample[]; cycles: Sample[] };

type Classifier<Frame> = {
  stream(source: AsyncIterable<Frame>, options?: { smoothing?: number }): AsyncIterable<unknown>;
  classify(photo: Frame): Promise<unknown>;
  dispose(): void;
};

/** How a place does the work. */
export type Place<Frame> = {
  load: (options: { worker: boolean }) => Promise<Classifier<Frame>>;
  /** Frame i of a camera of 640 x 480 pixels. */
  frame: (i: number) => Frame;
  sample: (done: number) => Promise<Sample>;
};

const SAMPLES = 40;

/** Calls `sample` at the start, and after every fortieth part of `total`. */
const sampling = (total: number, sample: Place<unknown>['sample']) => {
  const samples: Sample[] = [];
  const every = Math.max(1, Math.floor(total / SAMPLES));
  return {
    samples,
    note: async (done: number): Promise<void> => {
      if (done % every === 0) samples.push(await sample(done));
    },
  };
};

// eslint-disable-next-line @typescript-eslint/require-await -- streams of frames are async iterables
async function* camera<Frame>(count: number, frame: (i: number) => Frame): AsyncGenerator<Frame> {
  for (let i = 0; i < count; i++) yield frame(i);
}

/** Classifies all frames, then loads, runs and disposes models. */
export const endure = async <Frame>(place: Place<Frame>, { frames, cycles, worker }: Endurance): Promise<Samples> => {
  const ofFrames = sampling(frames, place.sample);
  const classifier = await place.load({ worker });
  let done = 0;
  await ofFrames.note(done);
  for await (const _ of classifier.stream(camera(frames, place.frame), { smoothing: 0.5 })) await ofFrames.note(++done);
  classifier.dispose();

  const ofCycles = sampling(cycles, place.sample);
  await ofCycles.note(0);
  for (let cycle = 1; cycle <= cycles; cycle++) {
    const own = await place.load({ worker });
    await own.classify(place.frame(cycle));
    own.dispose();
    await ofCycles.note(cycle);
  }
  return { frames: ofFrames.samples, cycles: ofCycles.samples };
};
