// Networks with learned groups as PyTorch and inference exports write them, compared with PyTorch's outputs.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../../src/convert.js';
import { readModel } from '../../support/read-model.js';
import { loadModel } from '../../../src/index.js';
import type { AttrsOf } from '../../../src/ir/schema.js';
import type { Block } from '../../../src/ir/structure.js';
import { conv } from '../../../src/ops/conv/conv.js';
import { blocksOf } from '../../../src/ops/conv/attrs.js';
import { difference, inputsOf, readBytes, readJson, type InputSpec, type OutputSpec } from '../../support/networks.js';

type Network = {
  name: string;
  file: string;
  inputs: InputSpec[];
  outputs: OutputSpec[];
  /** For each layer of learned groups the inputs and outputs of its groups. */
  blocks?: [number[], number[]][][];
  /** Multiply-accumulates of a picture. */
  macs?: number;
};

/** Layers as they are trained and converted, twelve ways to write one with both exporters, and published networks. */
const networks = ['groups', 'group-forms', 'group-networks'].flatMap((set) => {
  const { networks: all } = readJson<{ networks: Network[] }>(`test/fixtures/${set}/index.json`);
  return all.map((network): Network => ({ ...network, file: `test/fixtures/${set}/${network.file}` }));
});

const converted = new Map<string, Promise<Uint8Array>>();
const convert = (file: string): Promise<Uint8Array> => {
  if (!converted.has(file)) converted.set(file, convertOnnx(readBytes(file)));
  return converted.get(file)!;
};

/**
 * Properties of blocks that do not depend on channel order: numbers of inputs, of inputs that two blocks share, and of
 * outputs.
 */
const outlineOf = (blocks: readonly Block[]): { inputs: string; outputs: number }[] => {
  const own = blocks.filter(({ inputs, outputs }) => inputs.length && outputs.length);
  const lines = own.map(({ inputs, outputs }) => {
    const shared = own.map((other) => `${other.inputs.filter((input) => inputs.includes(input)).length}`);
    return { inputs: `${inputs.length} shares ${shared.sort()}`, outputs: outputs.length };
  });
  return lines.sort((a, b) => a.inputs.localeCompare(b.inputs) || a.outputs - b.outputs);
};

/** Whether a layer has the groups, or those of their outputs that the network reads. */
const fits = (layer: readonly Block[], groups: readonly Block[]): boolean => {
  const [own, all] = [outlineOf(layer), outlineOf(groups)];
  return (
    own.length === all.length &&
    own.every(({ inputs, outputs }, i) => inputs === all[i]!.inputs && outputs <= all[i]!.outputs)
  );
};

const fixtures = suite('learned groups of PyTorch');
let worst = 0;

for (const { name, file, inputs, outputs } of networks) {
  fixtures(`${name} gives what PyTorch gives`, async () => {
    for (const deterministic of [true, false]) {
      using model = await loadModel(await convert(file), { deterministic });
      const found = model.run(inputsOf(inputs));
      for (const output of outputs) {
        const off = difference(found[output.name], output);
        assert.ok(off <= 1e-5, `difference ${off}`);
        worst = Math.max(worst, off);
      }
    }
  });
}

for (const { name, file, blocks } of networks.filter((network) => network.blocks && !network.name.includes('-batch'))) {
  fixtures(`${name} has the blocks of its groups and moves no channels`, async () => {
    const { graph } = readModel(await convert(file));
    const layers = graph.nodes
      .filter(({ op }) => op === conv)
      .map(({ inputs: [x, , bias], attrs }) => blocksOf(x!, bias!, attrs as AttrsOf<typeof conv.attrs>));
    for (const learned of blocks!) {
      const groups = learned.map(([own, made]) => ({ inputs: own, outputs: made }));
      const [wanted, found] = [outlineOf(groups), layers.map(outlineOf)].map((outline) => JSON.stringify(outline));
      assert.ok(
        layers.some((layer) => fits(layer, groups)),
        `no layer has the blocks ${wanted}; there are\n${found}`,
      );
    }
    const moves = graph.nodes.filter(({ op }) => ['gather', 'slice', 'transpose'].includes(op.name));
    assert.equal(
      moves.map(({ op }) => op.name),
      ['transpose'],
      'only the input is transposed',
    );
  });
}

for (const { name, file, macs } of networks.filter((network) => network.macs && !network.name.includes('-batch'))) {
  fixtures(`${name} takes the multiply-accumulates that its groups promise`, async () => {
    using model = await loadModel(await convert(file));
    const { macs: found } = model.describe();
    assert.ok(found <= 1.02 * macs!, `${found} instead of ${macs}`); // a layer of one panel may be cheaper without groups
  });
}

fixtures.after(() =>
  console.log(`measured: ${networks.length} runs differ by ${worst.toExponential(1)} of the largest output at most`),
);
fixtures.run();
