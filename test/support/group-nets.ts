// Small random networks with learned groups.

import { Net, type Features, type Form } from './group-layers.js';
import { randomGroups, range, type Random } from './learned-groups.js';
import type { ModelSpec } from './onnx/write.js';

/** A part of a network: features from features. */
type Part = (net: Net, x: Features) => Features;

const add = (net: Net, a: Features, b: Features): Features => ({ ...a, name: net.op('Add', [a.name, b.name]) });

const channelsOf = (net: Net): number => net.random.pick([3, 8, 12, 16, 17, 24, 32]);

const PARTS: Record<string, Part> = {
  plain: (net, x) => {
    const y = net.groups(x, channelsOf(net), {
      kernel: net.random.pick([1, 1, 3]),
      stride: net.random.pick([1, 1, 2]),
    });
    return net.activation(net.random.chance(0.5) ? net.batchNorm(y) : y);
  },
  residual: (net, x) => {
    const inner = net.activation(net.batchNorm(net.groups(x, channelsOf(net), { kernel: 3 })));
    return net.activation(
      add(net, x, net.batchNorm(net.groups(inner, x.channels, { kernel: net.random.pick([1, 3]) }))),
    );
  },
  projected: (net, x) => {
    const y = net.groups(net.activation(net.groups(x, channelsOf(net))), x.channels);
    return net.activation(add(net, net.batchNorm(y), net.groups(x, x.channels)));
  },
  inverted: (net, x) => {
    const wide = net.activation(net.batchNorm(net.groups(x, 2 * x.channels)));
    const deep = net.activation(net.batchNorm(net.depthwise(wide)));
    return add(net, net.batchNorm(net.groups(deep, x.channels)), x);
  },
  separable: (net, x) =>
    net.activation(net.groups(net.activation(net.depthwise(x, net.random.integer(1, 2))), channelsOf(net))),
  dense: (net, x) => net.concat([x, net.activation(net.groups(x, channelsOf(net), { kernel: 3 }))]),
  forked: (net, x) => {
    const sides = [1, 3].map((kernel) => net.activation(net.groups(x, channelsOf(net), { kernel })));
    return net.activation(net.groups(net.concat(sides), channelsOf(net)));
  },
  excite: (net, x) => {
    const pooled: Features = { ...x, name: net.op('GlobalAveragePool', [x.name]), sizes: [1, 1] };
    const squeezed = net.groups(pooled, 4, {});
    const gate = net.groups({ ...squeezed, name: net.op('Relu', [squeezed.name]) }, x.channels, { bias: true });
    return { ...x, name: net.op('Mul', [x.name, net.op('Sigmoid', [gate.name])]) };
  },
  shuffled: (net, x) => {
    const groups = net.random.pick([2, 3, 4].filter((count) => x.channels % count === 0).concat(1));
    return net.shuffle(net.activation(net.groups(x, x.channels)), groups);
  },
  halved: (net, x) => {
    if (x.channels % 2) return x;
    const [kept, changed] = net.split(x, [x.channels / 2, x.channels / 2]) as [Features, Features];
    const inner = net.activation(
      net.groups(net.depthwise(net.activation(net.groups(changed, changed.channels))), changed.channels),
    );
    return net.shuffle(net.concat([kept, inner]), 2);
  },
  pooled: (net, x) => {
    if (Math.min(...x.sizes) < 4) return x;
    const window = { kernel_shape: [2, 2], strides: [2, 2] };
    const sizes = x.sizes.map((size) => Math.floor(size / 2)) as [number, number];
    return { ...x, sizes, name: net.op(net.random.pick(['MaxPool', 'AveragePool']), [x.name], window) };
  },
  preactivated: (net, x) => {
    const normal = net.batchNorm(x);
    return net.concat([
      x,
      net.groups({ ...normal, name: net.op('Relu', [normal.name]) }, net.random.pick([8, 16, 24])),
    ]);
  },
};

const PART_NAMES = Object.keys(PARTS);

/** A network with a stem and two to five parts, which ends in features or scores. */
export const randomNetwork = (
  random: Random,
  form: Form,
): { spec: ModelSpec; shape: number[]; parts: string[]; macs: number; filters: boolean } => {
  const net = new Net(random, form);
  const [height, width] = [random.integer(5, 9), random.integer(5, 9)];
  const shape = [random.pick([1, 1, 2]), 3, height, width];
  let x: Features = { name: 'x', channels: 3, sizes: [height, width] };
  x = net.activation(net.groups(x, channelsOf(net), { kernel: 3 }));
  const parts = range(random.integer(2, 5)).map(() => random.pick(PART_NAMES));
  for (const part of parts) if (x.channels <= 64) x = PARTS[part]!(net, x);
  if (random.chance(0.6))
    x = net.groups({ ...x, name: net.op('GlobalAveragePool', [x.name]), sizes: [1, 1] }, 10, { bias: true });
  return { spec: net.model(shape, [x.name]), shape, parts, macs: net.macs, filters: net.filters };
};

/** A layer with learned groups that do not overlap, between two dense layers. */
export const oneLayer = (random: Random, form: Form): ModelSpec => {
  const net = new Net(random, form);
  const dense = (x: Features, outputs: number) =>
    net.groups(
      x,
      outputs,
      { bias: true },
      range(outputs).map(() => range(x.channels).map(() => 1)),
    );
  const [inputs, outputs] = [random.pick([16, 17, 24]), random.pick([8, 16, 19, 32])];
  const stem = dense({ name: 'x', channels: 3, sizes: [6, 6] }, inputs);
  const options = { kernel: random.pick([1, 3]), stride: random.integer(1, 2) };
  const layer = net.groups(net.activation(stem), outputs, options, randomGroups(random, outputs, inputs));
  const last = dense(net.activation(net.batchNorm(layer)), 10);
  return net.model([1, 3, 6, 6], [net.op('Reshape', [net.op('GlobalAveragePool', [last.name]), net.longs([0, 10])])]);
};
