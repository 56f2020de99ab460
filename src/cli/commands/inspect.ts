// `groupwise inspect`: layers, shapes and costs of a model.

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { openModel } from '../../format/open.js';
import { loadModel, type Description, type LoadOptions, type Model, type TensorInfo } from '../../node.js';
import { measure } from '../../report/measured.js';
import { renderReport } from '../../report/network-page.js';
import type { Graph } from '../../ir/graph.js';
import { showShape } from '../../ir/tensor.js';
import { naming, readNetwork, STANDARD } from '../files.js';
import { checkOutput, writeOutput } from '../output-files.js';
import { showOpenSizes } from '../open-sizes.js';
import { randomInputs } from '../random-inputs.js';
import { machine } from '../machine.js';
import { jsonOption, limitsOption, UsageError, wholeNumber } from '../options.js';
import { noteWritten, print, printJson, shortenName, shortenText, table } from '../output.js';
import { inBytes, inThousands } from '../../report/units.js';
import { modelArgument } from '../bundled-models.js';

/** How many runs are measured for the page. */
const RUNS = 20;

type Options = { json?: boolean; html?: string; runs?: number; limits?: LoadOptions['limits'] };

const showInfos = (infos: readonly TensorInfo[]): string =>
  infos.map(({ name, shape, type }) => `${shortenName(name)} ${showShape(shape)} ${type}`).join(', ');

const ofDense = (own: number, dense: number): string => (own === dense ? '' : `${((own / dense) * 100).toFixed(0)} %`);

const showLayers = ({ layers }: Description): string =>
  table(
    ['layer', 'op', 'groups\t', 'output', 'MACs\t', 'of dense\t', 'weights\t'],
    layers.map(({ name, op, kind, groups, heads, output, macs, weights, dense }) => [
      shortenName(name),
      kind === 'depthwise' ? `${op}, depthwise` : op,
      heads ? `${heads.count} chosen` : groups ? String(groups.length) : '',
      showShape(output),
      macs ? inThousands(macs) : '',
      ofDense(macs, dense.macs),
      weights ? inThousands(weights) : '',
    ]),
  );

const showCosts = ({ layers, macs, weights, dense }: Description): string => {
  const gated = layers.some(({ heads }) => heads);
  const costs = `${inThousands(macs)} MACs${gated ? ' at most: gated layers choose channels per sample' : ''}, ${inThousands(weights)} weights`;
  if (macs === dense.macs && weights === dense.weights) return costs;
  return `${costs}; without groups ${inThousands(dense.macs)} MACs, ${inThousands(dense.weights)} weights`;
};

const showPreprocess = ({ preprocess: p }: Description['metadata']): string =>
  p ? `${p.resize}${p.shortSide ? ` ${p.shortSide}` : ''}, ${p.filter}, ${p.width}x${p.height} ${p.order}` : 'none';

const show = (model: Model, { openSizes }: Graph, description: Description): string => {
  const { memory, metadata } = description;
  const facts: [string, string][] = [
    ['inputs', showInfos(model.inputs)],
    ['outputs', showInfos(model.outputs)],
    ['costs', showCosts(description)],
    ['pruned', metadata.pruned ? `${metadata.pruned} unused channels were removed` : 'none'],
    [
      'memory',
      `${inBytes(memory.linear)}: weights ${inBytes(memory.weights)}, tables ${inBytes(memory.tables)}, activations ${inBytes(memory.arena)} (at least ${inBytes(memory.mostAlive)})`,
    ],
    [
      'labels',
      metadata.labels
        ? `${metadata.labels.length}: ${metadata.labels.slice(0, 3).map(shortenName).join(' | ')}${metadata.labels.length > 3 ? ' | ...' : ''}`
        : 'none',
    ],
    ...(openSizes ? [['images', showOpenSizes(openSizes)] as [string, string]] : []),
    ['photos', showPreprocess(metadata)],
    ['license', shortenText(metadata.license ?? 'not stated')],
    [
      'source',
      shortenText([metadata.source, metadata.producer && `by ${metadata.producer}`].filter(Boolean).join(', ')) ||
        'not stated',
    ],
  ];
  return `${showLayers(description)}\n\n${facts.map(([name, fact]) => `${name.padEnd(9)}${fact}`).join('\n')}`;
};

const writeReport = async (model: Model, path: string, output: string, runs: number): Promise<void> => {
  const streamed = path === STANDARD;
  const bytes = streamed ? undefined : (await stat(path)).size;
  const measured = measure(model, randomInputs(model.sampleInputs), runs);
  const around = {
    file: streamed ? 'Model' : basename(path),
    bytes,
    build: model.kernels,
    machine: machine(),
    date: new Date(),
  };
  const report = new TextEncoder().encode(renderReport(measured, around));
  await writeOutput(output, report);
  if (output !== STANDARD) noteWritten(output, report);
};

const inspect = async (path: string, { json, html, runs, limits }: Options): Promise<void> => {
  if (html === STANDARD && json) throw new UsageError('--html and --json cannot both go to standard output');
  if (runs !== undefined && html === undefined) throw new UsageError('--runs is for the page: give --html as well');
  const bytes = await readNetwork(path);
  if (html !== undefined) await checkOutput(html);
  using model = await naming(path, () => loadModel(bytes, { limits }));
  if (html !== undefined) await writeReport(model, path, html, runs ?? RUNS);
  const description = model.describe();
  const { graph, testVector } = await openModel(bytes);
  if (json)
    printJson({
      inputs: model.inputs,
      outputs: model.outputs,
      ...description,
      ...(graph.openSizes && { openSizes: { multiple: graph.openSizes.multiple } }),
      testVector: testVector !== undefined,
    });
  else if (html === undefined) print(show(model, graph, description));
};

/** Adds `groupwise inspect`. */
export const addInspect = (program: Command): void => {
  program
    .command('inspect')
    .description('show layers, shapes (channels last), multiply-accumulates, weights and memory')
    .addArgument(modelArgument())
    .option('--html <file>', 'instead write a page with the groups and times of all layers')
    .option('--runs <count>', `how many runs to measure for the page (default: ${RUNS})`, wholeNumber('--runs', 1))
    .addOption(limitsOption())
    .addOption(jsonOption())
    .action(inspect);
};
