// Random layers of networks for pictures.

import type { AttributeSpec } from '../../test/support/onnx/write.js';
import type { AddNode, GraphMaker, Random } from './graph-maker.js';

const picture = (maker: GraphMaker): Random | undefined => maker.value(({ shape }) => shape.length === 4);

type Attributes = Record<string, AttributeSpec>;

type Windows = { kernel: number[]; strides: number[]; dilations: number[]; pads: number[] };

/** Random windows along two axes. */
const windows = (maker: GraphMaker, mayDilate: boolean): Windows => {
  const two = (low: number, high: number): number[] => [maker.between(low, high), maker.between(low, high)];
  const kernel = maker.chance(4) ? [1, 1] : two(1, 4);
  const dilations = mayDilate && maker.chance(4) ? two(1, 3) : [1, 1];
  const pads = [...two(0, 2), ...two(0, 2)].map((pad, i) => Math.min(pad, kernel[i % 2]! - 1));
  return { kernel, strides: maker.chance(2) ? [1, 1] : two(1, 3), dilations, pads };
};

const sizesAfter = (
  { kernel, strides, dilations, pads }: Windows,
  sizes: readonly number[],
  isCeiled = false,
): number[] =>
  sizes.map((size, i) => {
    const steps = (size + pads[i]! + pads[i + 2]! - dilations[i]! * (kernel[i]! - 1) - 1) / strides[i]!;
    const whole = isCeiled ? Math.ceil(steps) : Math.floor(steps);
    // a window that begins after the picture and its padding does not count
    return whole + 1 - Number(isCeiled && whole * strides[i]! >= size + pads[i]!);
  });

const divisor = (maker: GraphMaker, of: number): number =>
  maker.one(Array.from({ length: of }, (_, i) => i + 1).filter((one) => of % one === 0));

const conv: AddNode = (maker) => {
  const x = picture(maker);
  if (!x) return false;
  const w = windows(maker, true);
  const [batch, channels, ...sizes] = x.shape as [number, number, ...number[]];
  const group = maker.chance(2) ? 1 : divisor(maker, channels);
  const outputs = group * maker.between(1, group === 1 ? 9 : 2);
  const isSame = maker.chance(5);
  const after = isSame ? sizes.map((size, i) => Math.ceil(size / w.strides[i]!)) : sizesAfter(w, sizes);
  const weights = maker.floats([outputs, channels / group, ...w.kernel], -1, 1);
  const bias = maker.chance(3) ? [] : [maker.floats([outputs])];
  const borders: Attributes = isSame ? { auto_pad: maker.one(['SAME_UPPER', 'SAME_LOWER']) } : { pads: w.pads };
  const attributes = { strides: w.strides, dilations: w.dilations, group, kernel_shape: w.kernel, ...borders };
  return maker.node('Conv', [x.name, weights, ...bias], [[batch, outputs, ...after]], attributes);
};

const transposedConv: AddNode = (maker) => {
  const x = picture(maker);
  if (!x) return false;
  const { kernel, strides, dilations, pads } = windows(maker, true);
  const [batch, channels, ...sizes] = x.shape as [number, number, ...number[]];
  const group = maker.chance(2) ? 1 : divisor(maker, channels);
  const outputs = maker.between(1, 4);
  const extra = strides.map((stride) => maker.pick(stride));
  const after = sizes.map((size, i) => {
    const window = dilations[i]! * (kernel[i]! - 1) + 1;
    return (size - 1) * strides[i]! + window + extra[i]! - pads[i]! - pads[i + 2]!;
  });
  const weights = maker.floats([channels, outputs, ...kernel], -1, 1);
  const attributes = { strides, dilations, group, kernel_shape: kernel, pads, output_padding: extra };
  return maker.node('ConvTranspose', [x.name, weights], [[batch, outputs * group, ...after]], attributes);
};

const pool: AddNode = (maker) => {
  const x = picture(maker);
  if (!x) return false;
  const w = windows(maker, false);
  const isCeiled = maker.chance(3);
  const op = maker.one(['MaxPool', 'AveragePool', 'AveragePool']);
  const shape = [...x.shape.slice(0, 2), ...sizesAfter(w, x.shape.slice(2), isCeiled)];
  const counted: Attributes = op === 'AveragePool' ? { count_include_pad: maker.pick(2) } : {};
  const attributes = { kernel_shape: w.kernel, strides: w.strides, pads: w.pads, ceil_mode: Number(isCeiled) };
  return maker.node(op, [x.name], [shape], { ...attributes, ...counted }, x.isExact && op === 'MaxPool');
};

const globalPool: AddNode = (maker) => {
  const x = picture(maker);
  if (!x) return false;
  const op = maker.one(['GlobalAveragePool', 'GlobalMaxPool']);
  return maker.node(op, [x.name], [[...x.shape.slice(0, 2), 1, 1]], {}, x.isExact && op === 'GlobalMaxPool');
};

const normalise: AddNode = (maker) => {
  const x = picture(maker);
  if (!x) return false;
  const channels = (low: number, high: number): string => maker.floats([x.shape[1]!], low, high);
  const epsilon = { float: 0.01 };
  switch (maker.pick(4)) {
    case 0: {
      const statistics = [channels(-1, 1), channels(1, 3)];
      return maker.node('BatchNormalization', [x.name, channels(-2, 2), channels(-2, 2), ...statistics], [x.shape]);
    }
    case 1:
      return maker.node('InstanceNormalization', [x.name, channels(-2, 2), channels(-2, 2)], [x.shape], { epsilon });
    case 2:
      return maker.node('LRN', [x.name], [x.shape], { size: maker.one([1, 3, 5]), alpha: { float: 0.5 } });
    default: {
      const axis = maker.pick(4);
      const [scale, bias] = [maker.floats(x.shape.slice(axis)), maker.floats(x.shape.slice(axis))];
      return maker.node('LayerNormalization', [x.name, scale, bias], [x.shape], { axis, epsilon });
    }
  }
};

const rearrange: AddNode = (maker) => {
  const x = picture(maker);
  if (!x) return false;
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  if (channels % 4 === 0 && maker.chance(2)) {
    const attributes = { blocksize: 2, mode: maker.one(['DCR', 'CRD']) };
    const shape = [batch, channels / 4, height * 2, width * 2];
    return maker.node('DepthToSpace', [x.name], [shape], attributes, x.isExact);
  }
  if (height % 2 || width % 2) return false;
  const shape = [batch, channels * 4, height / 2, width / 2];
  return maker.node('SpaceToDepth', [x.name], [shape], { blocksize: 2 }, x.isExact);
};

const resize: AddNode = (maker) => {
  const x = picture(maker);
  if (!x) return false;
  const scales = [1, 1, maker.one([0.5, 1, 2, 3]), maker.one([0.5, 1, 1.5, 2])];
  const shape = x.shape.map((size, i) => Math.floor(size * scales[i]!));
  const mode = maker.one(['nearest', 'linear', 'cubic']);
  const coordinates = maker.one(['half_pixel', 'asymmetric', 'align_corners', 'pytorch_half_pixel']);
  const rounding: Attributes =
    mode === 'nearest' ? { nearest_mode: maker.one(['round_prefer_floor', 'floor', 'ceil']) } : {};
  const attributes = { mode, coordinate_transformation_mode: coordinates, ...rounding };
  return maker.node('Resize', [x.name, '', maker.constant(scales)], [shape], attributes);
};

/** Layers of networks for pictures. */
export const LAYER_NODES: readonly AddNode[] = [
  conv,
  conv,
  conv,
  transposedConv,
  pool,
  pool,
  globalPool,
  normalise,
  normalise,
  rearrange,
  resize,
];
