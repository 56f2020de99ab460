// The headline of FLGC (Wang et al. 2019): learned groups with depthwise-separable convolutions against vanilla ResNet-50
// on one core. node build/bench/headline.js

import { convertOnnx } from '../src/convert.js';
import { loadModel, type Model } from '../src/index.js';
import { conditions, interleave } from './interleave.js';
import { resnet50, type Form } from './resnet50.js';

const FORMS: Record<string, Form> = {
  vanilla: { groups: 1, separable: false },
  'separable 3x3': { groups: 1, separable: true },
  'learned groups, G=4, separable 3x3': { groups: 4, separable: true },
  'learned groups, G=8, separable 3x3': { groups: 8, separable: true },
};

const models: Model[] = [];
for (const form of Object.values(FORMS)) models.push(await loadModel(await convertOnnx(resnet50(form))));
const timings = interleave(models, { rounds: 8, runs: 3 });
console.log(
  `${conditions()}, ${models[0]!.kernels} kernels\n\n| ResNet-50 | MMACs | fastest ms | MACs promise | times as fast |\n|---|---|---|---|---|`,
);
const first = models[0]!.describe().macs;
Object.keys(FORMS).forEach((name, i) => {
  const { macs } = models[i]!.describe();
  const { fastest } = timings[i]!;
  console.log(
    `| ${name} | ${(macs / 1e6).toFixed(0)} | ${fastest.toFixed(1)} | ${(first / macs).toFixed(2)} | ${(timings[0]!.fastest / fastest).toFixed(2)} |`,
  );
});
