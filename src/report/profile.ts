// What each layer of a network costs, and each kind of layers: multiply-accumulates, time, and share of the machine's peak.

import { sizeOf } from '../ir/tensor.js';
import type { Measured, MeasuredLayer } from './measured.js';

/** Multiply-accumulates per second that one core computes if it does nothing else. */
export type Peak = {
  /** With a multiplication and an addition of SIMD. */
  simd: number;
  /** With the multiply-add of relaxed SIMD, in engines that have it. */
  relaxed?: number;
};

/** What layers cost. */
export type Cost = {
  /** Multiply-accumulates, of weights in the file only: those between groups are not counted. */
  macs: number;
  /** Bytes that layers read and write: inputs, weights and outputs. */
  bytes: number;
  /** The shortest time; 0 for a layer that only changes the shape of an array. */
  milliseconds: number;
  /** The share of the time of all layers, from 0 to 1. */
  share: number;
  /** Multiply-accumulates per second; layers without any have none. */
  macsPerSecond?: number;
  /** The share of the peak: 1 is the peak, which only Winograd's algorithm can exceed, by multiplying less. */
  shareOfPeak?: number;
};

/** A layer and what it costs. */
export type ProfiledLayer = Cost & {
  /** Its number, from 1. */
  place: number;
  name: string;
  op: string;
  /** How it is computed, for convolutions. */
  algorithm?: string;
  /** Op and algorithm, as in `kinds`. */
  kind: string;
  /** Shapes of the inputs. */
  inputs: readonly (readonly number[])[];
  /** Shape of the output. */
  output: readonly number[];
};

/** The layers of a kind, and what they cost together. */
export type ProfiledKind = Cost & {
  kind: string;
  /** How many layers there are. */
  layers: number;
};

/** What a network costs. */
export type NetworkProfile = {
  /** How many runs were profiled. */
  runs: number;
  /** Time of the fastest of them. */
  milliseconds: number;
  /** All layers; their time is the sum of the layers' shortest times. */
  total: Cost;
  /** Multiply-accumulates per second of the peak that shares refer to: that of the kernels in use on all threads. */
  peak: number;
  /** The peaks of one core. */
  peakOfCore: Peak;
  /** The kinds of layers, those that take the most time first. */
  kinds: readonly ProfiledKind[];
  /** All layers in the order of computation. */
  layers: readonly ProfiledLayer[];
};

/** The profile of a network that was measured with these kernels and this many threads. */
export const profileOf = (
  network: Measured,
  peakOfCore: Peak,
  { kernels, threads }: { kernels: string; threads: number },
): NetworkProfile => {
  const core = kernels === 'relaxed' ? peakOfCore.relaxed : peakOfCore.simd;
  const peak = (core ?? peakOfCore.simd) * threads;
  const all = network.layerMilliseconds;
  const layers = network.layers.map((layer) => profiledLayer(layer, all, peak));
  const members = new Map<string, ProfiledLayer[]>();
  for (const layer of layers) members.set(layer.kind, [...(members.get(layer.kind) ?? []), layer]);
  const kinds = [...members]
    .map(([kind, own]) => ({ kind, layers: own.length, ...costOf(own, all, peak) }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
  const { runs, milliseconds } = network;
  return { runs, milliseconds, total: costOf(layers, all, peak), peak, peakOfCore, kinds, layers };
};

const profiledLayer = (layer: MeasuredLayer, all: number, peak: number): ProfiledLayer => {
  const { place, name, op, algorithm, inputs, output, weights, macs, macsDone = macs, milliseconds } = layer;
  const elements = [...inputs, output].reduce((sum, shape) => sum + sizeOf(shape), weights);
  const bytes = milliseconds === undefined ? 0 : elements * 4;
  return {
    ...{ place, name, op, ...(algorithm && { algorithm }), kind: kindOf(layer), inputs, output },
    ...costOf([{ macs: macsDone, bytes, milliseconds: milliseconds ?? 0 }], all, peak),
  };
};

/** Op, algorithm, and whether there are groups: layers of one kind do similar work at similar rates. */
const kindOf = ({ op, algorithm, kind }: MeasuredLayer): string => {
  const how = algorithm ?? (kind === 'depthwise' ? kind : undefined);
  const grouped = kind === 'blocks' || kind === 'grouped';
  return `${op}${how ? `, ${how}` : ''}${grouped ? ', in groups' : ''}`;
};

type Work = Pick<Cost, 'macs' | 'bytes' | 'milliseconds'>;

const costOf = (works: readonly Work[], all: number, peak: number): Cost => {
  const total = (of: (work: Work) => number) => works.reduce((sum, work) => sum + of(work), 0);
  const [macs, milliseconds] = [total((work) => work.macs), total((work) => work.milliseconds)];
  const macsPerSecond = macs && milliseconds ? (macs / milliseconds) * 1000 : undefined;
  return {
    ...{ macs, bytes: total(({ bytes }) => bytes), milliseconds, share: all && milliseconds / all },
    ...(macsPerSecond && { macsPerSecond, shareOfPeak: macsPerSecond / peak }),
  };
};
