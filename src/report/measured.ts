// What a report is about: a network's description with the times of its layers.

import type { Description, LayerDescription } from '../describe.js';
import type { Model, Profile, TensorInfo } from '../model.js';
import type { ModelInput } from '../io.js';

/** A layer with its place from 1 on and its shortest time in milliseconds; a layer that takes no step has none. */
export type MeasuredLayer = LayerDescription & { place: number; milliseconds?: number };

/** A network with the times of a run. */
export type Measured = Omit<Description, 'layers'> & {
  inputs: readonly TensorInfo[];
  outputs: readonly TensorInfo[];
  layers: readonly MeasuredLayer[];
  /** Of the fastest of the runs. */
  milliseconds: number;
  /** The shortest times of the layers together. */
  layerMilliseconds: number;
  runs: number;
};

const WARM_UP = 3;

/** Describes a model and profiles it in `runs` runs. */
export const measure = (model: Model, input: ModelInput, runs: number): Measured => {
  for (let i = 0; i < WARM_UP; i++) model.run(input);
  const profiles = Array.from({ length: runs }, () => model.profile(input));
  const description = model.describe();
  const { inputs, outputs } = model;
  const layers = withTimes(description.layers, profiles);
  const milliseconds = Math.min(...profiles.map((profile) => profile.milliseconds));
  return { ...description, inputs, outputs, layers, milliseconds, layerMilliseconds: timeOf(layers), runs };
};

/** All lists are in the order of the network; the profiles leave out what takes no step. */
const withTimes = (layers: readonly LayerDescription[], profiles: readonly Profile[]): MeasuredLayer[] => {
  let next = 0;
  return layers.map((layer, index) => {
    const profiled = profiles[0]!.layers[next];
    if (profiled?.name !== layer.name || profiled.op !== layer.op) return { ...layer, place: index + 1 };
    const milliseconds = Math.min(...profiles.map((profile) => profile.layers[next]!.milliseconds));
    next++;
    return { ...layer, place: index + 1, milliseconds };
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
