// Per-sample masks (MSGC; Su et al. 2023) against the dense networks: node build/bench/msgc.js
// [mobilenetV2|resnet18|resnet50] MACs are from the profile: those that masks keep, including mask generators.

import { convertOnnx } from '../src/convert.js';
import { loadModel, type Model } from '../src/index.js';
import { seededFloats } from '../test/support/seeded.js';
import { conditions, interleave } from './interleave.js';
import { mobilenetV2, resnet18, resnet50 } from './msgc-networks.js';

const NETWORKS: Record<string, (masks: boolean) => Uint8Array> = { mobilenetV2, resnet18, resnet50 };

const macsOf = (model: Model): number =>
  model.profile(seededFloats(3 * 224 * 224, 99, -1, 1)).layers.reduce((sum, { macs }) => sum + macs, 0);

const only = process.argv[2];
const rows: string[] = [];
for (const [name, build] of Object.entries(NETWORKS)) {
  if (only && only !== name) continue;
  using dense = await loadModel(await convertOnnx(build(false)));
  using masked = await loadModel(await convertOnnx(build(true)));
  const [denseMacs, maskedMacs] = [macsOf(dense), macsOf(masked)];
  const [denseTime, maskedTime] = interleave([dense, masked], {
    rounds: 10,
    runs: name === 'mobilenetV2' ? 6 : 2,
  });
  const [byMacs, byTime] = [1 - maskedMacs / denseMacs, 1 - maskedTime!.fastest / denseTime!.fastest];
  rows.push(
    `| ${name}, ${dense.kernels} | ${(denseMacs / 1e6).toFixed(0)} | ${(maskedMacs / 1e6).toFixed(0)} | ${denseTime!.fastest.toFixed(2)} | ` +
      `${maskedTime!.fastest.toFixed(2)} | ${(denseMacs / maskedMacs).toFixed(2)} | ${(denseTime!.fastest / maskedTime!.fastest).toFixed(2)} | ${(byTime / byMacs).toFixed(2)} |`,
  );
}
console.log(`${conditions()}\n`);
console.log(
  '| network | dense MMACs | masked MMACs | dense ms | masked ms | times fewer MACs | times as fast | saving as time / as MACs |',
);
console.log(`|---|---|---|---|---|---|---|---|\n${rows.join('\n')}`);
