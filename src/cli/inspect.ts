import type { Command } from 'commander';
import type { Description, Model, TensorInfo } from '../node.js';
import { showShape } from '../tensor.js';
import { openModel } from './model.js';
import { jsonOption } from './options.js';
import { inBytes, inThousands, print, printJson, shorten, table } from './output.js';

type Options = { json?: boolean };

const showInfos = (infos: readonly TensorInfo[]): string =>
  infos.map(({ name, shape, type }) => `${name} ${showShape(shape).replaceAll('-1', 'N')} ${type}`).join(', ');

const showLayers = ({ layers }: Description): string =>
  table(
    ['layer', 'op', 'output', 'MACs\t', 'weights\t'],
    layers.map(({ name, op, output, macs, weights }) => [
      shorten(name), op, showShape(output), macs ? inThousands(macs) : '', weights ? inThousands(weights) : '',
    ]),
  );

const showPreprocess = ({ preprocess: p }: Description['metadata']): string =>
  p ? `${p.resize}${p.shortSide ? ` ${p.shortSide}` : ''}, ${p.filter}, ${p.width}x${p.height} ${p.order}` : 'none';

const show = (model: Model, description: Description): string => {
  const { memory, metadata, macs, weights } = description;
  const facts: [string, string][] = [
    ['inputs', showInfos(model.inputs)],
    ['outputs', showInfos(model.outputs)],
    ['costs', `${inThousands(macs)} MACs, ${inThousands(weights)} weights`],
    ['memory', `${inBytes(memory.linear)}: weights ${inBytes(memory.weights)}, tables ${inBytes(memory.tables)}, activations ${inBytes(memory.arena)} (at least ${inBytes(memory.mostAlive)})`],
    ['labels', metadata.labels ? `${metadata.labels.length}: ${metadata.labels.slice(0, 3).join(' | ')}${metadata.labels.length > 3 ? ' | ...' : ''}` : 'none'],
    ['photos', showPreprocess(metadata)],
    ['licence', metadata.licence ?? 'not stated'],
    ['source', [metadata.source, metadata.producer && `by ${metadata.producer}`].filter(Boolean).join(', ') || 'not stated'],
  ];
  return `${showLayers(description)}\n\n${facts.map(([name, fact]) => `${name.padEnd(9)}${fact}`).join('\n')}`;
};

const inspect = async (path: string, { json }: Options): Promise<void> => {
  using model = await openModel(path);
  const description = model.describe();
  if (json) printJson({ inputs: model.inputs, outputs: model.outputs, ...description, golden: model.file.golden !== undefined });
  else print(show(model, description));
};

/** `groupwise inspect`: layers, shapes and costs. */
export const addInspect = (program: Command): void => {
  program
    .command('inspect')
    .description('show layers, shapes, multiply-accumulates, weights and memory; shapes inside are channels-last')
    .argument('<model.gw>', 'the model')
    .addOption(jsonOption())
    .action(inspect);
};
