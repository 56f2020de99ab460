// Per-sample masks (MSGC; Su et al. 2023) against the dense networks: node build/bench/msgc.js [NETWORK...] [--out FOLDER]
// MACs are from the profile: those that masks keep, including mask generators.

import { convertOnnx } from '../src/convert.js';
import type { Model } from '../src/index.js';
import { seededFloats } from '../test/support/seeded.js';
import { measureFamilies } from './families.js';
import { mobilenetV2, resnet18, resnet50 } from './msgc-networks.js';

const NETWORKS: Record<string, (masks: boolean) => Uint8Array> = {
  MobileNetV2: mobilenetV2,
  'ResNet-18': resnet18,
  'ResNet-50': resnet50,
};

const macsOf = (model: Model): number =>
  model.profile(seededFloats(3 * 224 * 224, 99, -1, 1)).layers.reduce((sum, { macs }) => sum + macs, 0);

const families = Object.entries(NETWORKS).map(([name, build]) => ({
  networks: [
    { name, build: () => convertOnnx(build(false)) },
    { name: `${name} with masks`, build: () => convertOnnx(build(true)) },
  ],
  turns: { rounds: 10, runs: name === 'MobileNetV2' ? 6 : 2 },
}));
await measureFamilies('msgc', families, macsOf);
