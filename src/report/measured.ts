// Measures a network for a report: its description with the times of its layers.

import type { Description, LayerDescription } from '../runtime/describe.js';
import type { TensorInfo } from '../ir/tensor.js';
import type { Model, Profile } from '../runtime/model.js';
import type { ModelInput } from '../runtime/tensors.js';

/**
 * A layer with its number (from 1), its shortest time in milliseconds, its multiply-accumulates for the measured input, and
 * how it is computed if it is a convolution. Layers without a step, such as reshapes, have none of these.
 */
export type MeasuredLayer = LayerDescription & {
  place: number;
  milliseconds?: number;
  macsDone?: number;
  algorithm?: string;
};

/** A network with the times of a run. */
export type Measured = Omit<Description, 'layers'> & {
  inputs: readonly TensorInfo[];
  outputs: readonly TensorInfo[];
  layers: readonly MeasuredLayer[];
  /** Time of the fastest run. */
  milliseconds: number;
  /** Sum of the shortest times of the layers. */
  layerMilliseconds: number;
  /** Multiply-accumulates for the measured input: fewer than `macs` if layers choose channels. */
  macsDone: number;
  runs: number;
};

const WARM_UP_RUNS = 3;

/** Describes a model and profiles it in `runs` runs. */
export const measure = (model: Model, input: ModelInput, runs: number): Measured => {
  for (let i = 0; i < WARM_UP_RUNS; i++) model.run(input);
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

/** Finds the layers in the profiles by name. Profiles list layers in execution order, and only those with a step. */
const withTimes = (layers: readonly LayerDescription[], profiles: readonly Profile[]): MeasuredLayer[] => {
  const places = new Map<string, number[]>();
  profiles[0]!.layers.forEach((layer, i) => places.set(keyOf(layer), [...(places.get(keyOf(layer)) ?? []), i]));
  return layers.map((layer, index) => {
    const at = places.get(keyOf(layer))?.shift();
    if (at === undefined) return { ...layer, place: index + 1 };
    const milliseconds = Math.min(...profiles.map((profile) => profile.layers[at]!.milliseconds));
    const { macs: macsDone, algorithm } = profiles[0]!.layers[at]!;
    return { ...layer, place: index + 1, milliseconds, macsDone, ...(algorithm && { algorithm }) };
  });
};

const keyOf = ({ name, op }: { name: string; op: string }): string => `${op} ${name}`;

const MOVES = new Set(['gather', 'transpose']);

/** The layers that only reorder channels. */
export const movesOf = ({ layers }: Measured): MeasuredLayer[] =>
  layers.filter(({ op, milliseconds }) => MOVES.has(op) && milliseconds !== undefined);

/** Sum of the times of layers. */
export const timeOf = (layers: readonly MeasuredLayer[]): number =>
  layers.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0);

const macsOf = (layers: readonly MeasuredLayer[]): number =>
  layers.reduce((sum, { macs, macsDone = macs }) => sum + macsDone, 0);

/** The kind of a layer, which determines its colour. */
export const familyOf = ({ op, kind }: LayerDescription): string => {
  if (kind === 'blocks' || kind === 'grouped') return 'groups';
  return kind ?? (MOVES.has(op) ? 'move' : 'other');
};

/** The id of the element that describes a layer. */
export const anchorOf = ({ place, kind }: MeasuredLayer): string => `${kind ? 'layer' : 'row'}-${place}`;
