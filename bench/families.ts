// Measures families of networks: each network is compared with the first of its family, in turns with it.

import { parseArgs } from 'node:util';
import { loadModel, type Model } from '../src/index.js';
import { interleave, type Turns } from './interleave.js';
import { conditionsOf, rounded, writeResults } from './results.js';

/** A network by its name; `build` makes its model file. */
export type Candidate = { name: string; build: () => Promise<Uint8Array> };

/** Networks that compute something alike; the first is what the others are compared with. */
export type Family = { networks: Candidate[]; turns?: Turns };

/** A measured network; `base` is the name of the first of its family. */
type Row = { name: string; base: string; kernels: string; macs: number; fastestMs: number; cpuMs: number };

const measure = async ({ networks, turns }: Family, macsOf: (model: Model) => number): Promise<Row[]> => {
  const models: Model[] = [];
  for (const { build } of networks) models.push(await loadModel(await build()));
  const timings = interleave(models, turns);
  const rows = networks.map(({ name }, i) => ({
    name,
    base: networks[0]!.name,
    kernels: models[i]!.kernels,
    macs: macsOf(models[i]!),
    fastestMs: rounded(timings[i]!.fastest),
    cpuMs: rounded(timings[i]!.cpu),
  }));
  for (const model of models) model.dispose();
  return rows;
};

const show = ({ name, macs, fastestMs, cpuMs }: Row, base: Row): string => {
  const ratios = [base.macs / macs, base.cpuMs / cpuMs].map((ratio) => ratio.toFixed(2));
  return `| ${[name, (macs / 1e6).toFixed(1), fastestMs.toFixed(2), cpuMs.toFixed(2), ...ratios].join(' | ')} |`;
};

/**
 * Measures families, prints their table, and writes `bench/results/NAME.json`. The command line may have `--out FOLDER`, and
 * words: then only families with a network whose name contains one of them are measured, and written only with `--out`.
 */
export const measureFamilies = async (
  name: string,
  families: readonly Family[],
  macsOf = (model: Model): number => model.describe().macs,
): Promise<void> => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } });
  const isWanted = ({ networks }: Family): boolean =>
    !positionals.length ||
    networks.some((network) => positionals.some((word) => network.name.toLowerCase().includes(word.toLowerCase())));
  const rows: Row[] = [];
  console.log('| network | MMACs | fastest ms | CPU ms | fewer MACs | times as fast |\n|---|---|---|---|---|---|');
  for (const family of families.filter(isWanted)) {
    const measured = await measure(family, macsOf);
    for (const row of measured) console.log(show(row, measured[0]!));
    rows.push(...measured);
  }
  if (positionals.length && !values.out) return;
  const results = { ...conditionsOf(`node build/bench/${name}.js`), networks: rows };
  console.log(`\n${writeResults(name, results, values.out)}`);
};
