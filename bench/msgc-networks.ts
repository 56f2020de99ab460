// MobileNetV2, ResNet-18 and ResNet-50 with per-sample masks (MSGC) as PyTorch exports them, and their dense
// counterparts. Weights are random. The mask generators do all their work, but their last bias dominates, so that masks
// keep given shares.

import { writeOnnx, type NodeSpec, type TensorSpec } from '../test/support/onnx/write.js';
import { mulberry32 } from '../test/support/seeded.js';

/** Shares of channels: those that each head keeps, and those that no head keeps. */
type Share = { kept: number; unused?: number; heads: number };

type ConvOptions = { stride?: number; depthwise?: boolean; activation?: 'Relu' | 'Clip'; share?: Share };

/** Heads of the released models. */
const HEADS = 4;

/** Sets weights [outputs][inputs] of a 1x1 convolution to 0. */
export type Prune = (weights: Float32Array, outputs: number, inputs: number) => void;

/** Collects nodes and weights; without `masks` convolutions are dense. */
class Builder {
  readonly nodes: NodeSpec[] = [];
  readonly tensors: TensorSpec[] = [];
  private readonly next = mulberry32(11);
  private readonly maskNext = mulberry32(12);
  private count = 0;

  constructor(
    private readonly masks: boolean,
    private readonly prune: Prune = () => {},
  ) {
    this.add('low', [], Float32Array.of(0));
    this.add('high', [], Float32Array.of(6));
    for (let head = 0; head < HEADS; head++)
      this.tensors.push({ name: `head${head}`, dims: [], type: 7, longs: [head] });
  }

  node(op: string, inputs: string[], attributes: NodeSpec['attributes'] = {}): string {
    const name = `${op}${this.count++}`;
    this.nodes.push({ op, inputs, outputs: [name], attributes });
    return name;
  }

  add(name: string, dims: number[], data: Float32Array): string {
    this.tensors.push({ name, dims, type: 1, raw: new Uint8Array(data.buffer) });
    return name;
  }

  /** A convolution of `x`; with a share, of its masked copies. `context` is what the mask generator reads. */
  conv(
    x: string,
    inputs: number,
    outputs: number,
    kernel: number,
    options: ConvOptions = {},
    context?: Context,
  ): string {
    const { stride = 1, depthwise = false, activation, share } = options;
    const depth = depthwise ? 1 : inputs;
    const scale = Math.sqrt(2 / (depth * kernel * kernel)) * 1.2;
    const w = Float32Array.from({ length: outputs * depth * kernel * kernel }, () => (this.next() * 2 - 1) * scale);
    if (!depthwise && kernel === 1) this.prune(w, outputs, inputs);
    const gated = this.masks && share && context;
    const read = gated ? this.masked(x, inputs, share, context) : x;
    const name = `w${this.count++}`;
    const pad = (kernel - 1) >> 1;
    const y = this.node(
      'Conv',
      [
        read,
        this.add(name, [outputs, depth, kernel, kernel], w),
        this.add(`${name}b`, [outputs], new Float32Array(outputs)),
      ],
      {
        kernel_shape: [kernel, kernel],
        strides: [stride, stride],
        pads: [pad, pad, pad, pad],
        group: depthwise ? inputs : gated ? share.heads : 1,
      },
    );
    if (activation === 'Clip') return this.node('Clip', [y, 'low', 'high']);
    return activation ? this.node(activation, [y]) : y;
  }

  context(x: string, channels: number, reduction: number): Context {
    return this.masks
      ? { value: this.node('GlobalAveragePool', [x]), channels, reduction }
      : { value: '', channels, reduction };
  }

  /** The channels of `x` once for each head, those that the mask does not keep as 0. */
  private masked(x: string, channels: number, share: Share, { value, channels: from, reduction }: Context): string {
    const { heads } = share;
    const inner = Math.floor(from / reduction);
    const small = (rows: number, columns: number) =>
      Float32Array.from({ length: rows * columns }, () => (this.next() - 0.5) / columns / 100);
    const hidden = this.node('Relu', [
      this.node('Conv', [
        value,
        this.add(`g${this.count}`, [inner, from, 1, 1], small(inner, from)),
        this.add(`gb${this.count}`, [inner], new Float32Array(inner)),
      ]),
    ]);
    const z = this.node('Conv', [
      hidden,
      this.add(`h${this.count}`, [channels * heads, inner, 1, 1], small(channels * heads, inner)),
      this.add(`hb${this.count}`, [channels * heads], this.biases(channels, share)),
    ]);
    const shape = `s${this.count++}`,
      vector = `s${this.count++}`;
    this.tensors.push(
      { name: shape, dims: [3], type: 7, longs: [1, heads, channels] },
      { name: vector, dims: [4], type: 7, longs: [1, channels, 1, 1] },
    );
    const mask = this.node('Cast', [this.node('GreaterOrEqual', [this.node('Reshape', [z, shape]), 'low'])], { to: 1 });
    const copies = Array.from({ length: heads }, (_, head) =>
      this.node('Mul', [x, this.node('Reshape', [this.node('Gather', [mask, `head${head}`], { axis: 1 }), vector])]),
    );
    return copies.length > 1 ? this.node('Concat', copies, { axis: 1 }) : copies[0]!;
  }

  /** 1 for channels to keep, -1 for others. */
  private biases(channels: number, { kept, unused = 0, heads }: Share): Float32Array {
    const data = new Float32Array(channels * heads).fill(-1);
    // a used channel is redrawn until a head keeps it
    const solve = (draw: number): number => draw / (1 - (1 - draw) ** heads);
    let low = 0,
      high = 1;
    for (let i = 0; i < 40; i++)
      [low, high] = solve((low + high) / 2) * (1 - unused) > kept ? [low, (low + high) / 2] : [(low + high) / 2, high];
    for (let c = 0; c < channels; c++) {
      if (heads > 1 && this.maskNext() < unused) continue;
      const chance = heads > 1 ? low : kept;
      let any = false;
      do {
        for (let h = 0; h < heads; h++) {
          const open = this.maskNext() < chance;
          data[h * channels + c] = open ? 1 : -1;
          any ||= open;
        }
      } while (heads > 1 && !any);
    }
    return data;
  }

  finish(x: string, channels: number): Uint8Array {
    const flat = this.node('Flatten', [this.node('GlobalAveragePool', [x])]);
    const w = this.add(
      'fc',
      [channels, 1000],
      Float32Array.from({ length: channels * 1000 }, () => (this.next() - 0.5) / 20),
    );
    const y = this.node('MatMul', [flat, w]);
    return writeOnnx({
      nodes: this.nodes,
      tensors: this.tensors,
      inputs: [{ name: 'image', dims: [1, 3, 224, 224] }],
      outputs: [y],
    });
  }
}

/** The input of a mask generator: the pooled input of a block. */
type Context = { value: string; channels: number; reduction: number };

/** MobileNetV2: masks before the projections keep 43 %, 28 % of the channels are used by no head. */
export const mobilenetV2 = (masks: boolean, prune?: Prune): Uint8Array => {
  const net = new Builder(masks, prune);
  const share: Share = { kept: 0.43, unused: 0.28, heads: HEADS };
  let x = net.conv('image', 3, 32, 3, { stride: 2, activation: 'Clip' });
  let channels = 32;
  const stages = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ] as const;
  for (const [factor, outputs, count, first] of stages) {
    for (let i = 0; i < count; i++) {
      const stride = i ? 1 : first;
      const hidden = channels * factor;
      const context = net.context(x, channels, 4);
      let y = factor > 1 ? net.conv(x, channels, hidden, 1, { activation: 'Clip' }) : x;
      y = net.conv(y, hidden, hidden, 3, { stride, depthwise: true, activation: 'Clip' });
      y = net.conv(y, hidden, outputs, 1, { share }, context);
      x = stride === 1 && channels === outputs ? net.node('Add', [x, y]) : y;
      channels = outputs;
    }
  }
  return net.finish(net.conv(x, 320, 1280, 1, { activation: 'Clip' }), 1280);
};

/** ResNet-18: masks keep 51 %, 28 % of the channels between the convolutions of a block are used by no head. */
export const resnet18 = (masks: boolean): Uint8Array => {
  const net = new Builder(masks);
  let x = stem(net);
  let channels = 64;
  for (let stage = 0; stage < 4; stage++) {
    const width = 64 << stage;
    for (let block = 0; block < 2; block++) {
      const stride = block === 0 && stage > 0 ? 2 : 1;
      const context = net.context(x, channels, 4);
      const y = net.conv(
        x,
        channels,
        width,
        3,
        { stride, activation: 'Relu', share: { kept: 0.51, heads: 1 } },
        context,
      );
      const z = net.conv(y, width, width, 3, { share: { kept: 0.51, unused: 0.28, heads: HEADS } }, context);
      const skip = stride === 1 && channels === width ? x : net.conv(x, channels, width, 1, { stride });
      x = net.node('Relu', [net.node('Add', [z, skip])]);
      channels = width;
    }
  }
  return net.finish(x, 512);
};

/**
 * ResNet-50: masks keep 30 %, 35 % (15 % used by no head) and 80 % before the three convolutions, 43 % of all together.
 */
export const resnet50 = (masks: boolean): Uint8Array => {
  const net = new Builder(masks);
  let x = stem(net);
  let channels = 64;
  [3, 4, 6, 3].forEach((blocks, stage) => {
    const width = 64 << stage;
    for (let block = 0; block < blocks; block++) {
      const stride = block === 0 && stage > 0 ? 2 : 1;
      const context = net.context(x, channels, 8);
      let y = net.conv(x, channels, width, 1, { activation: 'Relu', share: { kept: 0.3, heads: 1 } }, context);
      y = net.conv(
        y,
        width,
        width,
        3,
        { stride, activation: 'Relu', share: { kept: 0.35, unused: 0.15, heads: HEADS } },
        context,
      );
      y = net.conv(y, width, width * 4, 1, { share: { kept: 0.8, heads: 1 } }, context);
      const skip = block ? x : net.conv(x, channels, width * 4, 1, { stride });
      x = net.node('Relu', [net.node('Add', [y, skip])]);
      channels = width * 4;
    }
  });
  return net.finish(x, 2048);
};

const stem = (net: Builder): string =>
  net.node('MaxPool', [net.conv('image', 3, 64, 7, { stride: 2, activation: 'Relu' })], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  });
