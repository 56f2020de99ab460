// Learned groups against the dense networks: groups of random channels with uneven sizes in all 1x1 convolutions, and in
// ResNets also in 3x3 ones. node build/bench/learned-groups.js [NETWORK...] [--out FOLDER]

import { measureFamilies } from './families.js';
import { modelOf } from './harness.js';

const NETWORKS = [
  { title: 'MobileNetV2', architecture: 'mobilenetv2', groups: [2, 4, 8], turns: {} },
  { title: 'ResNet-18', architecture: 'resnet18', groups: [4, 8], turns: { rounds: 10, runs: 2 } },
  { title: 'ResNet-50', architecture: 'resnet50', groups: [4, 8], turns: { rounds: 10, runs: 2 } },
];

const families = NETWORKS.map(({ title, architecture, groups, turns }) => ({
  networks: [
    { name: title, build: () => modelOf({ architecture, groups: 1, form: 'dense' }) },
    ...groups.map((count) => ({
      name: `${title}, ${count} groups`,
      build: () => modelOf({ architecture, groups: count, form: 'masked' }),
    })),
  ],
  turns,
}));
await measureFamilies('learned-groups', families);
