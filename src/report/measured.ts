// What a report is about: a network's description with the times of its layers.

import type { Description, LayerDescription } from '../describe.js';
import type { Model, Profile, TensorInfo } from '../model.js';
import type { ModelInput } from '../io.js';

/** A layer with its place from 1 on and its time in milliseconds; a layer that takes no step has none. */
export type MeasuredLayer = LayerDescription & { place: number; milliseconds?: number };

/** A network with the times of a run. */
export type Measured = Omit<Description, 'layers'> & {
  inputs: readonly TensorInfo[];
  outputs: readonly TensorInfo[];
  layers: readonly MeasuredLayer[];
  /** Of the fastest of the runs. */
  milliseconds: number;
  runs: number;
};

const WARM_UP = 3;

/** Describes a model and profiles it; the times are those of the fastest of `runs` runs. */
export const measure = (model: Model, input: ModelInput, runs: number): Measured => {
  for (let i = 0; i < WARM_UP; i++) model.run(input);
  let fastest = model.profile(input);
  for (let i = 1; i < runs; i++) {
    const profile = model.profile(input);
    if (profile.milliseconds < fastest.milliseconds) fastest = profile;
  }
  const description = model.describe();
  const { inputs, outputs } = model;
  return { ...description, inputs, outputs, layers: withTimes(description.layers, fastest), milliseconds: fastest.milliseconds, runs };
};

/** Both lists are in the order of the network; the profile leaves out what takes no step. */
const withTimes = (layers: readonly LayerDescription[], { layers: times }: Profile): MeasuredLayer[] => {
  let next = 0;
  return layers.map((layer, index) => {
    const profiled = times[next];
    if (profiled?.name !== layer.name || profiled.op !== layer.op) return { ...layer, place: index + 1 };
    next++;
    return { ...layer, place: index + 1, milliseconds: profiled.milliseconds };
  });
};

const MOVES = new Set(['gather', 'transpose']);

/** The layers that only bring channels into another order. */
export const movesOf = ({ layers }: Measured): MeasuredLayer[] => layers.filter(({ op, milliseconds }) => MOVES.has(op) && milliseconds !== undefined);

/** The time of layers together. */
export const timeOf = (layers: readonly MeasuredLayer[]): number => layers.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0);

/** What a layer is, for its colour. */
export const familyOf = ({ op, kind }: LayerDescription): string => {
  if (kind === 'blocks' || kind === 'grouped') return 'groups';
  return kind ?? (MOVES.has(op) ? 'move' : 'other');
};
