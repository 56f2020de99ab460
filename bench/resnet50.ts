// ResNet-50 as ONNX with random seeded weights: vanilla, and with learned groups and depthwise-separable convolutions.

import { writeOnnx, type NodeSpec, type TensorSpec } from '../test/support/onnx/write.js';
import { mulberry32 } from '../test/support/seeded.js';

/** Form of the network: `groups` in every 1x1 convolution; `separable`: 3x3 convolutions are depthwise, then 1x1. */
export type Form = { groups: number; separable: boolean };

/** Collects nodes and weights. */
class Builder {
  readonly nodes: NodeSpec[] = [];
  readonly tensors: TensorSpec[] = [];
  private readonly next = mulberry32(7);
  private count = 0;

  /** A convolution, followed by Relu where `relu`; `mask` zeroes the weights between channels of different groups. */
  conv(
    x: string,
    inputs: number,
    outputs: number,
    kernel: number,
    options: { stride?: number; depthwise?: boolean; groups?: number; relu?: boolean },
  ): string {
    const { stride = 1, depthwise = false, groups = 1, relu = true } = options;
    const name = `conv${this.count++}`;
    const depth = depthwise ? 1 : inputs;
    const taps = kernel * kernel;
    const [from, to] = [this.assign(inputs, groups), this.assign(outputs, groups)];
    const scale = Math.sqrt((2 * groups) / (depth * taps));
    const weights = new Float32Array(outputs * depth * taps);
    for (let i = 0; i < weights.length; i++) {
      const [output, input] = [Math.floor(i / (depth * taps)), Math.floor(i / taps) % depth];
      weights[i] = groups === 1 || to[output] === from[input] ? (this.next() * 2 - 1) * scale : 0;
    }
    this.add(`${name}_w`, [outputs, depth, kernel, kernel], weights);
    this.add(`${name}_b`, [outputs], new Float32Array(outputs));
    const pad = (kernel - 1) >> 1;
    this.nodes.push({
      op: 'Conv',
      inputs: [x, `${name}_w`, `${name}_b`],
      outputs: [name],
      attributes: {
        kernel_shape: [kernel, kernel],
        strides: [stride, stride],
        pads: [pad, pad, pad, pad],
        group: depthwise ? inputs : 1,
      },
    });
    return relu ? this.node('Relu', [name]) : name;
  }

  node(op: string, inputs: string[], attributes: NodeSpec['attributes'] = {}): string {
    const name = `${op}${this.count++}`;
    this.nodes.push({ op, inputs, outputs: [name], attributes });
    return name;
  }

  add(name: string, dims: number[], data: Float32Array): void {
    this.tensors.push({ name, dims, type: 1, raw: new Uint8Array(data.buffer) });
  }

  /** A random group for each channel. */
  private assign(channels: number, groups: number): number[] {
    return Array.from({ length: channels }, () => Math.floor(this.next() * groups));
  }
}

/** The network for one image [1, 3, 224, 224]. */
export const resnet50 = ({ groups, separable }: Form): Uint8Array => {
  const net = new Builder();
  let x = net.conv('image', 3, 64, 7, { stride: 2 });
  x = net.node('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  let channels = 64;
  [3, 4, 6, 3].forEach((blocks, stage) => {
    const width = 64 << stage;
    for (let block = 0; block < blocks; block++) {
      const stride = block === 0 && stage > 0 ? 2 : 1;
      let y = net.conv(x, channels, width, 1, { groups });
      y = separable
        ? net.conv(net.conv(y, width, width, 3, { stride, depthwise: true, relu: false }), width, width, 1, { groups })
        : net.conv(y, width, width, 3, { stride });
      y = net.conv(y, width, width * 4, 1, { groups, relu: false });
      const skip = block ? x : net.conv(x, channels, width * 4, 1, { stride, groups, relu: false });
      x = net.node('Relu', [net.node('Add', [y, skip])]);
      channels = width * 4;
    }
  });
  x = net.node('Flatten', [net.node('GlobalAveragePool', [x])]);
  net.add(
    'fc_w',
    [2048, 1000],
    Float32Array.from({ length: 2048000 }, (_, i) => ((i * 31) % 101) / 2000 - 0.025),
  );
  const y = net.node('MatMul', [x, 'fc_w']);
  return writeOnnx({
    nodes: net.nodes,
    tensors: net.tensors,
    inputs: [{ name: 'image', dims: [1, 3, 224, 224] }],
    outputs: [y],
  });
};
