// What a run costs as the network grows: MobileNetV2, dense and with 8 learned groups, for pictures of several sizes, several
// widths and several batches, on one thread. node build/bench/cost.js [--quick] [--rounds N] [--out FOLDER]
// Writes bench/results/cost.json, from which `npm run docs` draws. It takes four minutes; --quick measures the cheapest
// points once, to see that everything runs.

import { parseArgs } from 'node:util';
import { loadModel, type Model } from '../src/index.js';
import { modelOf } from './harness.js';
import { interleave, type Timing, type Turns } from './interleave.js';
import { conditionsOf, rounded, writeResults } from './results.js';

const GROUPS = [1, 8];
const SIZES = [96, 128, 160, 192, 224, 256, 320, 384, 512];
const WIDTHS = [0.25, 0.5, 0.75, 1, 1.25, 1.4];
const BATCHES = [1, 2, 4, 8, 16];

/** The network as published. */
const PUBLISHED = { size: 224, width: 1, batch: 1 };

/** A turn takes about so many milliseconds, so that small networks are not always measured with cold caches. */
const TURN = 120;
const runsOf = (milliseconds: number): number => Math.min(10, Math.max(2, Math.round(TURN / milliseconds)));

type Point = typeof PUBLISHED & { groups: number };

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '14' },
    out: { type: 'string' },
  },
});

/** The points of all series, each once. */
const pointsOf = (sizes: number[], widths: number[], batches: number[]): Point[] => {
  const variants = [
    ...sizes.map((size) => ({ ...PUBLISHED, size })),
    ...widths.map((width) => ({ ...PUBLISHED, width })),
    ...batches.map((batch) => ({ ...PUBLISHED, batch })),
  ];
  const unique = [...new Map(variants.map((variant) => [JSON.stringify(variant), variant])).values()];
  return GROUPS.flatMap((groups) => unique.map((variant) => ({ groups, ...variant })));
};

const load = async ({ groups, size, width, batch }: Point): Promise<Model> => {
  const form = groups === 1 ? 'dense' : 'masked';
  return loadModel(await modelOf({ architecture: 'mobilenetv2', groups, form, size, width }, batch));
};

const show = ({ groups, size, width, batch }: Point, macs: number, { fastest, cpu }: Timing): string =>
  `| ${groups} | ${size} | ${width} | ${batch} | ${(macs / 1e6).toFixed(1)} | ${fastest.toFixed(2)} | ${cpu.toFixed(2)} | ${(macs / cpu / 1e6).toFixed(1)} |`;

const points = values.quick
  ? pointsOf(SIZES.slice(0, 2), WIDTHS.slice(0, 1), BATCHES.slice(0, 2))
  : pointsOf(SIZES, WIDTHS, BATCHES);
const turns: Turns = values.quick
  ? { rounds: 1, runs: 1, warmUp: 0 }
  : { rounds: Number(values.rounds), runs: runsOf, warmUp: 800 };

const models: Model[] = [];
for (const point of points) models.push(await load(point));
const timings = interleave(models, turns);
const rows = points.map((point, i) => ({ point, macs: models[i]!.describe().macs, timing: timings[i]! }));

console.log(
  '| groups | size | width | batch | MMACs | fastest ms | CPU ms | GMAC/s |\n|---|---|---|---|---|---|---|---|',
);
for (const { point, macs, timing } of rows) console.log(show(point, macs, timing));

// A quick measurement is no result to publish, so that it is written only where it is wanted.
if (!values.quick || values.out) {
  const results = {
    ...conditionsOf('node build/bench/cost.js'),
    kernels: models[0]!.kernels,
    points: rows.map(({ point, macs, timing }) => ({
      ...point,
      macs,
      cpuMs: rounded(timing.cpu),
      fastestMs: rounded(timing.fastest),
    })),
  };
  console.log(`\n${writeResults('cost', results, values.out)}`);
}
