// Networks full of activations and gates, with random weights, in the spellings that their usual exporters write.

import { mulberry32 } from './seeded.js';
import { floats, longs, type AttributeSpec, type ModelSpec, type NodeSpec, type TensorSpec } from './onnx/write.js';

/** `op`: operators of their own. `arithmetic`: sums, bounds, products and quotients with numbers. */
export type Spelling = 'op' | 'arithmetic';

/** What follows a layer. */
type Activation = 'relu' | 'silu' | 'hardSwish' | 'hardSigmoid' | 'sigmoid' | 'none';

type Options = { stride?: number; groups?: number; activation?: Activation };

/** A network, its scale and the spelling of its activations. */
export type Size = { size: number; width?: number; spelling?: Spelling };

/** Collects nodes and weights; values have the number of their channels. */
class Net {
  readonly nodes: NodeSpec[] = [];
  readonly tensors: TensorSpec[] = [];
  private readonly channels = new Map<string, number>([['x', 3]]);
  private readonly next = mulberry32(11);

  constructor(
    private readonly spelling: Spelling,
    private readonly width: number,
  ) {}

  /** A number of channels in this network's width, a multiple of 8. */
  wide(channels: number): number {
    return Math.max(8, Math.round((channels * this.width) / 8) * 8);
  }

  of(x: string): number {
    return this.channels.get(x)!;
  }

  node(op: string, inputs: string[], channels: number, attributes: Record<string, AttributeSpec> = {}): string {
    const name = `${op}${this.nodes.length}`;
    this.nodes.push({ op, name, inputs, outputs: [name], attributes });
    this.channels.set(name, channels);
    return name;
  }

  /** A number: an initialiser or, every other time, a node. */
  number(value: number): string {
    const spec = floats(`n${this.tensors.length}_${this.nodes.length}`, [], [value]);
    if (this.nodes.length % 2) return this.node('Constant', [], 1, { value: { tensor: spec } });
    this.tensors.push(spec);
    return spec.name!;
  }

  conv(
    x: string,
    outputs: number,
    kernel: number,
    { stride = 1, groups = 1, activation = 'none' }: Options = {},
  ): string {
    const fan = (this.of(x) / groups) * kernel ** 2;
    const weights = [this.weights([outputs, this.of(x) / groups, kernel, kernel], fan), this.weights([outputs], 100)];
    const pad = (kernel - 1) >> 1;
    const window = { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] };
    return this.activate(this.node('Conv', [x, ...weights], outputs, { ...window, group: groups }), activation);
  }

  depthwise(x: string, kernel: number, stride: number, activation: Activation): string {
    return this.conv(x, this.of(x), kernel, { stride, groups: this.of(x), activation });
  }

  deconv(x: string, outputs: number, activation: Activation): string {
    const weights = [this.weights([this.of(x), outputs, 2, 2], this.of(x)), this.weights([outputs], 100)];
    const window = { kernel_shape: [2, 2], strides: [2, 2] };
    return this.activate(this.node('ConvTranspose', [x, ...weights], outputs, window), activation);
  }

  activate(x: string, activation: Activation): string {
    const same = (op: string, inputs: string[]) => this.node(op, inputs, this.of(x));
    const bounded = () => same('Clip', [same('Add', [x, this.number(3)]), this.number(0), this.number(6)]);
    switch (activation) {
      case 'none':
        return x;
      case 'relu':
        return same('Relu', [x]);
      case 'sigmoid':
        return same('Sigmoid', [x]);
      case 'silu':
        return same('Mul', [x, same('Sigmoid', [x])]);
      case 'hardSwish':
        if (this.spelling === 'op') return same('HardSwish', [x]);
        return same('Div', [same('Mul', [x, bounded()]), this.number(6)]);
      case 'hardSigmoid':
        if (this.spelling === 'arithmetic') return same('Div', [bounded(), this.number(6)]);
        return this.node('HardSigmoid', [x], this.of(x), { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
    }
  }

  /** Squeeze and excitation. */
  gated(x: string, squeezed: number, inner: Activation, gate: Activation): string {
    const mean = this.node('GlobalAveragePool', [x], this.of(x));
    const hidden = this.conv(mean, squeezed, 1, { activation: inner });
    return this.node('Mul', [x, this.conv(hidden, this.of(x), 1, { activation: gate })], this.of(x));
  }

  add(a: string, b: string): string {
    return this.node('Add', [a, b], this.of(a));
  }

  concat(...parts: string[]): string {
    const channels = parts.reduce((sum, part) => sum + this.of(part), 0);
    return this.node('Concat', parts, channels, { axis: 1 });
  }

  pool(x: string, kernel: number): string {
    const pad = kernel >> 1;
    const window = { kernel_shape: [kernel, kernel], strides: [1, 1], pads: [pad, pad, pad, pad] };
    return this.node('MaxPool', [x], this.of(x), window);
  }

  upsample(x: string, by = 2): string {
    const scales = floats(`scales${this.nodes.length}`, [4], [1, 1, by, by]);
    this.tensors.push(scales);
    const modes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
    return this.node('Resize', [x, '', scales.name!], this.of(x), modes);
  }

  slice(x: string, axis: number, start: number, end: number, channels: number, step = 1): string {
    const names = [start, end, axis, step].map((value, i) => {
      const spec = longs(`slice${this.nodes.length}_${i}`, [value]);
      this.tensors.push(spec);
      return spec.name!;
    });
    return this.node('Slice', [x, ...names], channels);
  }

  linear(x: string, outputs: number, activation: Activation): string {
    const weights = [this.weights([outputs, this.of(x)], this.of(x)), this.weights([outputs], 100)];
    return this.activate(this.node('Gemm', [x, ...weights], outputs, { transB: 1 }), activation);
  }

  model(size: number, outputs: string[]): ModelSpec {
    const inputs = [{ name: 'x', dims: [1, 3, size, size] }];
    return { nodes: this.nodes, tensors: this.tensors, inputs, outputs };
  }

  private weights(dims: number[], fan: number): string {
    const limit = Math.sqrt(3 / fan);
    const values = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, () => (2 * this.next() - 1) * limit);
    const name = `w${this.tensors.length}`;
    this.tensors.push({ name, dims, type: 1, raw: new Uint8Array(values.buffer) });
    return name;
  }
}

/** Kernel, hidden channels, outputs, gate, activation and stride of each block of MobileNetV3-Large (Howard et al. 2019). */
const MOBILENETV3: readonly (readonly [number, number, number, boolean, Activation, number])[] = [
  [3, 16, 16, false, 'relu', 1],
  [3, 64, 24, false, 'relu', 2],
  [3, 72, 24, false, 'relu', 1],
  [5, 72, 40, true, 'relu', 2],
  [5, 120, 40, true, 'relu', 1],
  [5, 120, 40, true, 'relu', 1],
  [3, 240, 80, false, 'hardSwish', 2],
  [3, 200, 80, false, 'hardSwish', 1],
  [3, 184, 80, false, 'hardSwish', 1],
  [3, 184, 80, false, 'hardSwish', 1],
  [3, 480, 112, true, 'hardSwish', 1],
  [3, 672, 112, true, 'hardSwish', 1],
  [5, 672, 160, true, 'hardSwish', 2],
  [5, 960, 160, true, 'hardSwish', 1],
  [5, 960, 160, true, 'hardSwish', 1],
];

/** The last features of each size of a MobileNetV3-Large. */
const mobilenetv3Features = (net: Net): string[] => {
  let x = net.conv('x', net.wide(16), 3, { stride: 2, activation: 'hardSwish' });
  const features: string[] = [];
  for (const [kernel, hidden, outputs, isGated, activation, stride] of MOBILENETV3) {
    if (stride > 1) features.push(x);
    const start = x;
    if (hidden > 16) x = net.conv(x, net.wide(hidden), 1, { activation });
    x = net.depthwise(x, kernel, stride, activation);
    if (isGated) x = net.gated(x, net.wide(hidden / 4), 'relu', 'hardSigmoid');
    x = net.conv(x, net.wide(outputs), 1);
    if (stride === 1 && net.of(start) === net.of(x)) x = net.add(start, x);
  }
  return [...features, net.conv(x, net.wide(960), 1, { activation: 'hardSwish' })];
};

/** MobileNetV3-Large. */
export const mobilenetv3 = ({ size, width = 1, spelling = 'op' }: Size): ModelSpec => {
  const net = new Net(spelling, width);
  const x = mobilenetv3Features(net).at(-1)!;
  const mean = net.node('Flatten', [net.node('GlobalAveragePool', [x], net.of(x))], net.of(x));
  return net.model(size, [net.linear(net.linear(mean, net.wide(1280), 'hardSwish'), net.wide(1000), 'none')]);
};

/** A text detector like PP-OCR's: a MobileNetV3 of half the width, a pyramid with gates, and a head of binarisation. */
export const textDetector = ({ size, width = 1, spelling = 'op' }: Size): ModelSpec => {
  const net = new Net(spelling, width / 2);
  const [, c2, c3, c4, c5] = mobilenetv3Features(net) as [string, string, string, string, string];
  const wide = net.wide(192);
  const gatedConv = (x: string, outputs: number, kernel: number) => {
    const y = net.conv(x, outputs, kernel);
    return net.add(y, net.gated(y, outputs / 4, 'relu', 'hardSigmoid'));
  };
  const lateral = [c2, c3, c4, c5].map((x) => gatedConv(x, wide, 1));
  for (let i = 2; i >= 0; i--) lateral[i] = net.add(lateral[i]!, net.upsample(lateral[i + 1]!));
  const levels = lateral.map((x, i) => {
    const y = gatedConv(x, wide / 4, 3);
    return i ? net.upsample(y, 2 ** i) : y;
  });
  const x = net.conv(net.concat(...levels), wide / 4, 3, { activation: 'relu' });
  return net.model(size, [net.deconv(net.deconv(x, wide / 4, 'relu'), 1, 'sigmoid')]);
};

/** Expansion, kernel, first stride, outputs and repeats of each stage of EfficientNet-B0 (Tan and Le 2019). */
const EFFICIENTNET: readonly (readonly [number, number, number, number, number])[] = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
];

/** EfficientNet-B0. */
export const efficientnet = ({ size, width = 1, spelling = 'op' }: Size): ModelSpec => {
  const net = new Net(spelling, width);
  let x = net.conv('x', net.wide(32), 3, { stride: 2, activation: 'silu' });
  for (const [expansion, kernel, first, outputs, repeats] of EFFICIENTNET) {
    for (let i = 0; i < repeats; i++) {
      const start = x;
      const stride = i ? 1 : first;
      if (expansion > 1) x = net.conv(x, net.of(x) * expansion, 1, { activation: 'silu' });
      x = net.depthwise(x, kernel, stride, 'silu');
      x = net.gated(x, net.of(start) >> 2, 'silu', 'sigmoid');
      x = net.conv(x, net.wide(outputs), 1);
      if (stride === 1 && net.of(start) === net.of(x)) x = net.add(x, start);
    }
  }
  x = net.conv(x, net.wide(1280), 1, { activation: 'silu' });
  const mean = net.node('Flatten', [net.node('GlobalAveragePool', [x], net.of(x))], net.of(x));
  return net.model(size, [net.linear(mean, net.wide(1000), 'none')]);
};

const activation = 'silu';

/** YOLOv8's block of halves: each bottleneck reads the one before it, and all are joined. */
const splitBlock = (net: Net, x: string, outputs: number, repeats: number, adds: boolean): string => {
  const half = outputs / 2;
  const start = net.conv(x, outputs, 1, { activation });
  const parts = [net.slice(start, 1, 0, half, half), net.slice(start, 1, half, outputs, half)];
  for (let i = 0; i < repeats; i++) {
    const y = net.conv(net.conv(parts.at(-1)!, half, 3, { activation }), half, 3, { activation });
    parts.push(adds ? net.add(parts.at(-1)!, y) : y);
  }
  return net.conv(net.concat(...parts), outputs, 1, { activation });
};

const pyramidPool = (net: Net, x: string, outputs: number, kernels: readonly number[]): string => {
  const start = net.conv(x, outputs / 2, 1, { activation });
  return net.conv(net.concat(start, ...kernels.map((kernel) => net.pool(start, kernel))), outputs, 1, { activation });
};

/** YOLOv8n without its decoding of boxes. */
export const yolov8n = ({ size, width = 1, spelling = 'op' }: Size): ModelSpec => {
  const net = new Net(spelling, width);
  const down = (x: string, outputs: number) => net.conv(x, net.wide(outputs), 3, { stride: 2, activation });
  const block = (x: string, outputs: number, repeats: number, adds = true) =>
    splitBlock(net, x, 2 * net.wide(outputs / 2), repeats, adds);
  const p2 = block(down(down('x', 16), 32), 32, 1);
  const p3 = block(down(p2, 64), 64, 2);
  const p4 = block(down(p3, 128), 128, 2);
  const p5 = pyramidPool(net, block(down(p4, 256), 256, 1), net.wide(256), [5, 9, 13]);
  const n4 = block(net.concat(net.upsample(p5), p4), 128, 1, false);
  const n3 = block(net.concat(net.upsample(n4), p3), 64, 1, false);
  const m4 = block(net.concat(down(n3, 64), n4), 128, 1, false);
  const m5 = block(net.concat(down(m4, 128), p5), 256, 1, false);
  const head = (x: string, hidden: number, outputs: number) =>
    net.conv(
      net.conv(net.conv(x, net.wide(hidden), 3, { activation }), net.wide(hidden), 3, { activation }),
      outputs,
      1,
    );
  return net.model(
    size,
    [n3, m4, m5].map((x) => net.concat(head(x, 64, 64), net.activate(head(x, 80, 80), 'sigmoid'))),
  );
};

/** A stage of CSPDarknet with separable bottlenecks. */
const crossStage = (net: Net, x: string, outputs: number, repeats: number, adds: boolean): string => {
  let y = net.conv(x, outputs / 2, 1, { activation });
  const side = net.conv(x, outputs / 2, 1, { activation });
  for (let i = 0; i < repeats; i++) {
    const start = y;
    y = separable(net, net.conv(y, outputs / 2, 1, { activation }), outputs / 2, 1);
    if (adds) y = net.add(y, start);
  }
  return net.conv(net.concat(y, side), outputs, 1, { activation });
};

const separable = (net: Net, x: string, outputs: number, stride: number, kernel = 3): string =>
  net.conv(net.depthwise(x, kernel, stride, activation), outputs, 1, { activation });

/** YOLOX-Nano without its decoding of boxes. */
export const yoloxNano = ({ size, width = 1, spelling = 'op' }: Size): ModelSpec => {
  const net = new Net(spelling, width);
  const wide = (outputs: number) => 2 * net.wide(outputs / 2);
  const rows = [0, 1].map((start) => net.slice('x', 2, start, size, 3, 2));
  const focus = rows.flatMap((row) => [0, 1].map((start) => net.slice(row, 3, start, size, 3, 2)));
  const stage = (x: string, outputs: number, repeats: number) =>
    crossStage(net, separable(net, x, wide(outputs), 2), wide(outputs), repeats, true);
  const c2 = stage(net.conv(net.concat(...focus), wide(16), 3, { activation }), 32, 1);
  const c3 = stage(c2, 64, 3);
  const c4 = stage(c3, 128, 3);
  const pooled = pyramidPool(net, separable(net, c4, wide(256), 2), wide(256), [5, 9, 13]);
  const c5 = crossStage(net, pooled, wide(256), 1, false);
  const join = (parts: string[], outputs: number) => crossStage(net, net.concat(...parts), wide(outputs), 1, false);
  const f5 = net.conv(c5, wide(128), 1, { activation });
  const f4 = net.conv(join([net.upsample(f5), c4], 128), wide(64), 1, { activation });
  const p3 = join([net.upsample(f4), c3], 64);
  const p4 = join([separable(net, p3, wide(64), 2), f4], 128);
  const p5 = join([separable(net, p4, wide(128), 2), f5], 256);
  const outputs = [p3, p4, p5].map((x) => {
    const stem = net.conv(x, wide(64), 1, { activation });
    const branch = () => separable(net, separable(net, stem, wide(64), 1), wide(64), 1);
    const [scores, boxes] = [branch(), branch()];
    const object = net.activate(net.conv(boxes, 1, 1), 'sigmoid');
    return net.concat(net.conv(boxes, 4, 1), object, net.activate(net.conv(scores, 80, 1), 'sigmoid'));
  });
  return net.model(size, outputs);
};
