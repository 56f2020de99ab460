// Random networks of int8 ops.

import type { Node } from '../../src/ir/graph.js';
import type { AnyOp } from '../../src/ir/op.js';
import type { Block } from '../../src/ir/structure.js';
import { sizeOf } from '../../src/ir/tensor.js';
import type { Value } from '../../src/ir/value.js';
import { concat } from '../../src/ops/concat.js';
import { convInt8 } from '../../src/ops/int8/conv-int8.js';
import { addInt8, mapInt8, mulInt8 } from '../../src/ops/int8/elementwise.js';
import { maxInt8, meanInt8 } from '../../src/ops/int8/pool-int8.js';
import { dequantize, quantize } from '../../src/ops/int8/quantize.js';
import { pad } from '../../src/ops/pad.js';
import { gather } from '../../src/ops/rare/gather.js';
import { resize } from '../../src/ops/rare/resize.js';
import { reshape } from '../../src/ops/reshape.js';
import { slice } from '../../src/ops/slice.js';
import { transpose } from '../../src/ops/transpose.js';
import { constantOf, nodeOf, valueOf } from './graph-runner.js';
import { mulberry32 } from './seeded.js';

/** The sizes of the first value, from the least to the largest. */
export type Range = { side: readonly [number, number]; channels: readonly [number, number] };

const SMALL: Range = { side: [1, 9], channels: [1, 18] };

/** A network that grows at random from one picture. */
export class RandomInt8Network {
  readonly nodes: Node[] = [];
  readonly input: Value;
  private readonly next: () => number;

  constructor(
    readonly seed: number,
    { side, channels }: Range = SMALL,
  ) {
    this.next = mulberry32(seed);
    this.input = valueOf('x', [this.int(1, 2), this.int(...side), this.int(...side), this.int(...channels)]);
    // as networks from ONNX begin
    const pixels = this.next() < 0.5 ? this.input : this.add(transpose, { perm: [0, 2, 3, 1] }, this.input);
    let x = this.add(quantize, { scale: this.scale(), ...this.bounds() }, pixels);
    const layers = this.int(1, 5);
    for (let i = 0; i < layers; i++) x = this.grow(x);
    this.add(dequantize, { scale: this.scale() }, x);
  }

  private int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  private pick<T>(...list: readonly T[]): T {
    return list[this.int(0, list.length - 1)]!;
  }

  private scale(): number {
    return Math.fround(2 ** (this.next() * 4 - 5));
  }

  private bounds(): { low: number; high: number } {
    const zero = this.int(-128, 127);
    return this.pick(
      { low: -128 - zero, high: 127 - zero },
      { low: -128, high: 127 },
      { low: 0, high: this.int(1, 255) },
    );
  }

  private add(op: AnyOp, attrs: Record<string, unknown>, ...inputs: Value[]): Value {
    const node = nodeOf(op, attrs, inputs, `${op.name}${this.nodes.length}`);
    this.nodes.push(node);
    return node.output;
  }

  private grow(x: Value): Value {
    const channels = x.shape.at(-1)!;
    switch (this.int(0, 10)) {
      case 0:
        return this.add(addInt8, this.sums(), x, this.like(x));
      case 1:
        return this.add(mulInt8, this.sums(), x, this.pick(this.like(x), this.mean(x)));
      case 2:
        return this.add(mapInt8, { table: Array.from({ length: 511 }, () => this.int(-255, 255)) }, x);
      case 3:
        return this.max(x);
      case 4: {
        const y = channels % 2 ? this.conv(x, channels + 1, true) : x;
        return this.add(concat, { axis: 3 }, y, this.conv(x, this.int(1, 9), true));
      }
      case 5: {
        const [n, height, width] = x.shape as [number, number, number];
        return this.add(reshape, { shape: [n, height * width, 1, channels] }, x);
      }
      case 6:
      case 7:
        return this.moved(x);
      default:
        return this.conv(x, this.int(1, 21));
    }
  }

  /** Elements at other pixels, or some of the channels. */
  private moved(x: Value): Value {
    const [, height, width, channels] = x.shape as [number, number, number, number];
    switch (this.int(0, 4)) {
      case 0: {
        const pads = [0, this.int(0, 2), this.int(0, 2), 0, 0, this.int(0, 2), this.int(0, 2), 0];
        return this.add(pad, { mode: this.pick('constant', 'edge'), pads, value: 0 }, x);
      }
      case 1: {
        const start = 2 * this.int(0, (channels - 1) >> 1);
        const count = this.int(1, channels - start);
        const attrs = {
          axes: [3, 1],
          starts: [start, height - 1],
          steps: [1, -1],
          counts: [count, this.int(1, height)],
        };
        return this.add(slice, attrs, x);
      }
      case 2:
        return this.add(transpose, { perm: this.pick([0, 2, 1, 3], [1, 2, 0, 3]) }, x);
      case 3: {
        const indices = Int32Array.from({ length: this.int(1, 6) }, () => this.int(0, width - 1));
        const list: Value = { name: 'list', type: 'int64', shape: [indices.length], data: indices };
        return this.add(gather, { axis: 2 }, x, list);
      }
      default: {
        const sizes = [height * this.int(1, 2), width * this.int(1, 3)];
        const manner = { mode: 'nearest', coordinates: 'asymmetric', nearest: 'floor', cubic: -0.75, roi: [] };
        const rest = { excludeOutside: false, antialias: false, extrapolation: 0, scales: [0, 0] };
        return this.add(resize, { axes: [1, 2], sizes, ...manner, ...rest }, x);
      }
    }
  }

  private sums() {
    return { aScale: this.scale(), bScale: this.scale(), scale: this.scale(), ...this.bounds() };
  }

  /** A value of the same shape. */
  private like(x: Value): Value {
    return this.add(mapInt8, { table: Array.from({ length: 511 }, (_, i) => ((i * 7) % 256) - 128) }, x);
  }

  private mean(x: Value): Value {
    return this.add(meanInt8, { inputScale: this.scale(), outputScale: this.scale(), ...this.bounds() }, x);
  }

  private max(x: Value): Value {
    const kernel = x.shape.slice(1, 3).map((size) => this.int(1, Math.min(3, size)));
    const pads = [...kernel, ...kernel].map((size) => this.int(0, size - 1));
    return this.add(maxInt8, { kernel, strides: [this.int(1, 2), this.int(1, 2)], dilations: [1, 1], pads }, x);
  }

  private conv(x: Value, wanted: number, isPointwise = false): Value {
    const channels = x.shape.at(-1)!;
    const isDepthwise = !isPointwise && channels > 1 && this.next() < 0.35;
    const outputs = isDepthwise ? channels : wanted;
    const size = isPointwise ? 1 : this.pick(1, 1, 3, 3, 5, 7);
    const kernel = isPointwise || this.next() < 0.8 ? [size, size] : [this.int(1, 4), this.int(1, 4)];
    const dilations = [this.pick(1, 1, 2), 1];
    const span = kernel.map((taps, axis) => (taps - 1) * dilations[axis]! + 1);
    const pads = [...span, ...span].map((taps, i) =>
      Math.max(taps >> 1, Math.ceil((taps - x.shape[1 + (i % 2)]!) / 2)),
    );
    const group = isDepthwise
      ? channels
      : this.pick(1, ...[2, 3, 4].filter((g) => (channels % g) + (outputs % g) === 0));
    const blocks: readonly Block[] =
      isDepthwise || group > 1 || this.next() < 0.5 ? [] : this.blocks(channels, outputs);
    const count = blocks.length
      ? blocks.reduce((sum, block) => sum + block.inputs.length * block.outputs.length, 0)
      : (channels / group) * outputs;
    if (!count) return x;
    const shape = blocks.length ? [count * sizeOf(kernel)] : [outputs, ...kernel, channels / group];
    const inputScale = this.scale();
    const scales = Float32Array.from({ length: outputs }, () => this.scale());
    const rows = blocks.length
      ? blocks.flatMap((b) => b.outputs.map((o) => [o, b.inputs.length] as const))
      : Array.from({ length: outputs }, (_, o) => [o, channels / group] as const);
    const weights = rows.flatMap(([output, depth]) =>
      Array.from({ length: depth * sizeOf(kernel) }, () => Math.fround(this.int(-255, 255) * scales[output]!)),
    );
    const bias = Array.from(scales, (scale) => Math.fround(this.int(-3000, 3000) * inputScale * scale));
    return this.add(
      convInt8,
      {
        ...{ kernel, strides: isPointwise ? [1, 1] : [this.int(1, 2), this.int(1, 2)], dilations, pads, group, blocks },
        ...{ inputScale, outputScale: Math.fround(this.scale() * 16), ...this.bounds() },
      },
      x,
      constantOf('w', shape, weights),
      constantOf('s', [outputs], scales),
      constantOf('b', [outputs], bias),
    );
  }

  /** Blocks of random channels; some outputs are in none. */
  private blocks(channels: number, outputs: number): Block[] {
    const groups = this.int(1, 3);
    const blocks = Array.from({ length: groups }, () => ({ inputs: [] as number[], outputs: [] as number[] }));
    for (let c = 0; c < channels; c++) blocks[this.int(0, groups - 1)]!.inputs.push(c);
    for (let o = 0; o < outputs; o++) if (this.next() < 0.95) blocks[this.int(0, groups - 1)]!.outputs.push(o);
    return blocks.filter((block) => block.inputs.length && block.outputs.length);
  }
}
