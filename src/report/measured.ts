// What a report is about: a network's description with the times of its layers.

import type { Description, LayerDescription } from '../runtime/describe.js';
import type { TensorInfo } from '../ir/tensor.js';
import type { Model, Profile } from '../runtime/model.js';
import type { ModelInput } from '../runtime/tensors.js';

/**
 * A layer with its place from 1 on, its shortest time in milliseconds, and its multiply-accumulates for the input measured;
 * a layer that takes no step has neither.
 */
export type MeasuredLayer = LayerDescription & { place: number; milliseconds?: number; macsDone?: number };

/** A network with the times of a run. */
export type Measured = Omit<Description, 'layers'> & {
  inputs: readonly TensorInfo[];
  outputs: readonly TensorInfo[];
  layers: readonly MeasuredLayer[];
  /** Of the fastest of the runs. */
  milliseconds: number;
  /** The shortest times of the layers together. */
  layerMilliseconds: number;
  /** Multiply-accumulates for the input measured: fewer than all where they depend on it. */
  macsDone: number;
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
  return {
    ...description,
    inputs,
    outputs,
    layers,
    milliseconds,
    layerMilliseconds: timeOf(layers),
    macsDone: macsOf(layers),
    runs,
  };
};

/** Profiles leave out what takes no step, and have the layers in the order in which they ran. */
const withTimes = (layers: readonly LayerDescription[], profiles: readonly Profile[]): MeasuredLayer[] => {
  const places = new Map<string, number[]>();
  profiles[0]!.layers.forEach((layer, i) => places.set(keyOf(layer), [...(places.get(keyOf(layer)) ?? []), i]));
  return layers.map((layer, index) => {
    const at = places.get(keyOf(layer))?.shift();
    if (at === undefined) return { ...layer, place: index + 1 };
    const milliseconds = Math.min(...profiles.map((profile) => profile.layers[at]!.milliseconds));
    return { ...layer, place: index + 1, milliseconds, macsDone: profiles[0]!.layers[at]!.macs };
  });
};

const keyOf = ({ name, op }: { name: string; op: string }): string => `${op} ${name}`;

const MOVES = new Set(['gather', 'transpose']);

/** The layers that only bring channels into another order. */
export const movesOf = ({ layers }: Measured): MeasuredLayer[] =>
  layers.filter(({ op, milliseconds }) => MOVES.has(op) && milliseconds !== undefined);

/** The time of layers together. */
export const timeOf = (layers: readonly MeasuredLayer[]): number =>
  layers.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0);

const macsOf = (layers: readonly MeasuredLayer[]): number =>
  layers.reduce((sum, { macs, macsDone = macs }) => sum + macsDone, 0);

/** What a layer is, for its colour. */
export const familyOf = ({ op, kind }: LayerDescription): string => {
  if (kind === 'blocks' || kind === 'grouped') return 'groups';
  return kind ?? (MOVES.has(op) ? 'move' : 'other');
};
