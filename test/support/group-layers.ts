// Convolutions with learned groups in each of the ONNX forms that exporters write, and the layers around them.

import { sizeOf } from '../../src/ir/tensor.js';
import { blocksOfMask, randomMask, range, type Mask, type Random } from './learned-groups.js';
import { floats, longs, type AttributeSpec, type ModelSpec, type NodeSpec, type TensorSpec } from './onnx/write.js';

/**
 * `zeros`: a dense convolution with zeros in its weights. `masked`: weights times masks. `branches`: a gather and a convolution
 * for each group, concatenated and gathered. `split`: one gather, split. `grouped`: a gather and an even grouped convolution,
 * where groups are even, else branches.
 */
export type Form = 'zeros' | 'masked' | 'branches' | 'split' | 'grouped';

/** All forms. */
export const FORMS: readonly Form[] = ['zeros', 'masked', 'branches', 'split', 'grouped'];

/** A value in a network. */
export type Features = { name: string; channels: number; sizes: readonly [number, number] };

/** Options of a convolution. */
export type ConvOptions = { kernel?: number; stride?: number; bias?: boolean };

type Window = Record<string, AttributeSpec>;

/** Collects nodes and weights. Draws the same numbers for every form. */
export class Net {
  private readonly nodes: NodeSpec[] = [];
  private readonly tensors: TensorSpec[] = [];
  /** Multiply-accumulates for one sample if each layer computes all outputs from the inputs in its mask. */
  macs = 0;
  /** Whether groups of one channel were written as a depthwise convolution, whose outputs are pruned with its inputs. */
  filters = false;

  constructor(
    readonly random: Random,
    readonly form: Form,
  ) {}

  model(shape: readonly number[], outputs: string[]): ModelSpec {
    const inputs = [{ name: 'x', dims: ['N', ...shape.slice(1)] }];
    return { opset: 13, nodes: this.nodes, inputs, outputs, tensors: this.tensors };
  }

  op(op: string, inputs: string[], attributes: Window = {}): string {
    const name = `${op}${this.nodes.length}`;
    this.nodes.push({ op, inputs, outputs: [name], attributes });
    return name;
  }

  floats(dims: number[], values: ArrayLike<number>): string {
    const name = `w${this.tensors.length}`;
    this.tensors.push(floats(name, dims, Array.from(values)));
    return name;
  }

  longs(values: readonly number[]): string {
    const name = `w${this.tensors.length}`;
    this.tensors.push(longs(name, [...values]));
    return name;
  }

  weight(dims: number[], low = -1, high = 1): string {
    return this.floats(dims, this.random.floats(sizeOf(dims), low, high));
  }

  batchNorm(x: Features): Features {
    const ranges = [
      [0.6, 1.4],
      [-0.4, 0.4],
      [-0.4, 0.4],
      [0.5, 1.5],
    ] as const;
    return {
      ...x,
      name: this.op('BatchNormalization', [
        x.name,
        ...ranges.map(([low, high]) => this.weight([x.channels], low, high)),
      ]),
    };
  }

  activation(x: Features): Features {
    const kind = this.random.pick(['', 'Relu', 'Clip', 'Sigmoid']);
    if (!kind) return x;
    const bounds = kind === 'Clip' ? [this.floats([], [0]), this.floats([], [6])] : [];
    return { ...x, name: this.op(kind, [x.name, ...bounds]) };
  }

  depthwise(x: Features, stride = 1): Features {
    const size = this.random.pick([3, 3, 5]);
    const window = windowOf(size, stride);
    const name = this.op('Conv', [x.name, this.weight([x.channels, 1, size, size], -0.6, 0.6)], {
      ...window,
      group: x.channels,
    });
    const sizes = sizesAfter(x, stride);
    this.macs += x.channels * size * size * sizeOf(sizes);
    return { name, channels: x.channels, sizes };
  }

  /** A convolution whose outputs read the inputs in the mask, which is random unless given. */
  groups(
    x: Features,
    outputs: number,
    { kernel = 1, stride = 1, bias = this.random.chance(0.5) }: ConvOptions = {},
    given?: Mask,
  ): Features {
    const mask = given ?? randomMask(this.random, outputs, x.channels);
    const taps = kernel * kernel;
    const bound = 1.5 / Math.sqrt((x.channels * taps) / 3);
    const free = this.random.floats(outputs * x.channels * taps, -bound, bound);
    const weights = free.map(
      (w, i) => w * mask[Math.floor(i / taps / x.channels)]![Math.floor(i / taps) % x.channels]!,
    );
    const biases = bias ? this.random.floats(outputs, -0.5, 0.5) : undefined;
    const layer = new GroupLayer(this, x, mask, { free, weights, biases }, windowOf(kernel, stride));
    const sizes = sizesAfter(x, stride);
    this.macs += mask.flat().filter((factor) => factor !== 0).length * taps * sizeOf(sizes);
    return { name: layer.write(this.form), channels: outputs, sizes };
  }

  /** A channel shuffle: channels ordered by group become one of each group in turn. */
  shuffle(x: Features, groups: number): Features {
    const split = this.op('Reshape', [x.name, this.longs([0, groups, x.channels / groups, ...x.sizes])]);
    const turned = this.op('Transpose', [split], { perm: [0, 2, 1, 3, 4] });
    return { ...x, name: this.op('Reshape', [turned, this.longs([0, x.channels, ...x.sizes])]) };
  }

  split(x: Features, sizes: readonly number[]): Features[] {
    const name = `Split${this.nodes.length}`;
    const outputs = sizes.map((_, i) => `${name}_${i}`);
    this.nodes.push({ op: 'Split', inputs: [x.name, this.longs(sizes)], outputs, attributes: { axis: 1 } });
    return sizes.map((channels, i) => ({ ...x, name: outputs[i]!, channels }));
  }

  concat(parts: readonly Features[]): Features {
    const name = this.op(
      'Concat',
      parts.map((part) => part.name),
      { axis: 1 },
    );
    return { ...parts[0]!, name, channels: parts.reduce((sum, { channels }) => sum + channels, 0) };
  }

  gather(name: string, indices: readonly number[]): string {
    return this.op('Gather', [name, this.longs(indices)], { axis: 1 });
  }
}

const windowOf = (kernel: number, stride: number): Window => ({
  kernel_shape: [kernel, kernel],
  strides: [stride, stride],
  pads: new Array<number>(4).fill((kernel - 1) / 2),
});

const sizesAfter = ({ sizes: [height, width] }: Features, stride: number): [number, number] => [
  Math.ceil(height / stride),
  Math.ceil(width / stride),
];

type Weights = { free: Float32Array; weights: Float32Array; biases: Float32Array | undefined };

/** A layer with learned groups in any form. */
class GroupLayer {
  private readonly kernel: number[];
  private readonly blocks;

  constructor(
    private readonly net: Net,
    private readonly x: Features,
    private readonly mask: Mask,
    private readonly values: Weights,
    private readonly window: Window,
  ) {
    this.kernel = window.kernel_shape as number[];
    this.blocks = blocksOfMask(mask);
  }

  write(form: Form): string {
    const { net, x, mask, window, blocks } = this;
    const isEven = blocks.every(
      ({ inputs, outputs }) =>
        inputs.length === blocks[0]!.inputs.length && outputs.length === blocks[0]!.outputs.length,
    );
    const all = { inputs: range(x.channels), outputs: range(mask.length) };
    if (form === 'zeros' || !blocks[0]!.inputs.length)
      return net.op('Conv', [x.name, ...this.part(all.inputs, all.outputs)], window);
    if (form === 'masked') {
      const own = net.floats([mask.length, x.channels, ...this.kernel], this.values.free);
      const product = net.op('Mul', [own, net.floats([mask.length, x.channels, 1, 1], mask.flat())]);
      return net.op('Conv', [x.name, product, ...this.biases(all.outputs)], window);
    }
    const isWhole = blocks.reduce((sum, { outputs }) => sum + outputs.length, 0) === mask.length;
    if (form === 'grouped' && isEven && isWhole) return this.grouped();
    return this.branches(form);
  }

  private grouped(): string {
    const { net, x, blocks } = this;
    const order = blocks.flatMap(({ outputs }) => outputs);
    net.filters ||= blocks.every(({ inputs, outputs }) => inputs.length === 1 && outputs.length === 1);
    const weights = blocks.flatMap(({ inputs, outputs }) => this.pick(inputs, outputs));
    const w = net.floats([order.length, blocks[0]!.inputs.length, ...this.kernel], weights);
    const read = net.gather(
      x.name,
      blocks.flatMap(({ inputs }) => inputs),
    );
    return this.restore(
      net.op('Conv', [read, w, ...this.biases(order)], { ...this.window, group: blocks.length }),
      order,
    );
  }

  /** Outputs that read nothing belong to the first group. */
  private branches(form: Form): string {
    const { net, x, mask } = this;
    const known = new Set(this.blocks.flatMap(({ outputs }) => outputs));
    const idle = range(mask.length).filter((output) => !known.has(output));
    const blocks = this.blocks.map(({ inputs, outputs }, i) => ({
      inputs,
      outputs: i ? outputs : [...outputs, ...idle],
    }));
    const order = blocks.flatMap(({ outputs }) => outputs);
    const lists = blocks.map(({ inputs }) => inputs);
    const sources =
      form === 'split'
        ? net
            .split(
              { ...x, name: net.gather(x.name, lists.flat()) },
              lists.map(({ length }) => length),
            )
            .map(({ name }) => name)
        : lists.map((list) => net.gather(x.name, list));
    const parts = blocks.map(({ inputs, outputs }, i) =>
      net.op('Conv', [sources[i]!, ...this.part(inputs, outputs)], this.window),
    );
    return this.restore(parts.length > 1 ? net.op('Concat', parts, { axis: 1 }) : parts[0]!, order);
  }

  private restore(name: string, order: readonly number[]): string {
    return this.net.gather(
      name,
      range(order.length).map((output) => order.indexOf(output)),
    );
  }

  private part(inputs: readonly number[], outputs: readonly number[]): string[] {
    return [
      this.net.floats([outputs.length, inputs.length, ...this.kernel], this.pick(inputs, outputs)),
      ...this.biases(outputs),
    ];
  }

  private pick(inputs: readonly number[], outputs: readonly number[]): number[] {
    const [taps, depth] = [sizeOf(this.kernel), this.x.channels];
    return outputs.flatMap((output) =>
      inputs.flatMap((input) => range(taps).map((tap) => this.values.weights[(output * depth + input) * taps + tap]!)),
    );
  }

  private biases(outputs: readonly number[]): string[] {
    const { biases } = this.values;
    return biases
      ? [
          this.net.floats(
            [outputs.length],
            outputs.map((output) => biases[output]!),
          ),
        ]
      : [];
  }
}
