// The network of a TensorFlow Lite file in groupwise's ops: the rules convert it node by node.

import { UnsupportedError } from '../../errors.js';
import type { Graph } from '../../ir/graph.js';
import { channelsOf, type Value } from '../../ir/value.js';
import type { Steps } from '../../next-task.js';
import { Budget } from '../reading/budget.js';
import { Builder } from '../reading/builder.js';
import { readInputs, type InputInfo } from '../reading/inputs.js';
import type { ReadOptions } from '../reading/network.js';
import { cut } from '../reading/cut.js';
import { NodeReader } from '../reading/node-reader.js';
import { orderNodes } from '../reading/order.js';
import type { Outputs } from '../reading/rule.js';
import { withDilations } from './dilated.js';
import { typeName } from './element-types.js';
import { elementsOf } from './elements.js';
import { encoded, encodingFault, valueType } from './encoding.js';
import type { TfliteModel, TfliteNode, TfliteTensor } from './model.js';
import { NodeView } from './node-view.js';
import { reasonAgainst, ruleOf } from './rules/index.js';

/** The bytes of constants; those of several tensors count once. */
const sharedOnce = (tensors: readonly TfliteTensor[]): Uint8Array[] => [
  ...new Set(tensors.flatMap(({ bytes }) => bytes ?? [])),
];

/** How many elements the constants of a model have, or bytes, which are at least as many. */
export const countElements = ({ tensors }: TfliteModel): number =>
  sharedOnce(tensors).reduce((sum, { length }) => sum + length, 0);

const inputInfoOf = (tensor: TfliteTensor): InputInfo => ({
  name: tensor.name,
  type: tensor.isVariable ? undefined : valueType(tensor),
  typeText: tensor.isVariable ? 'kept from one run to the next' : `of type ${typeName(tensor.type)}`,
  dims: (tensor.signature ?? tensor.shape).map((size) => (size > 0 ? size : undefined)),
});

/** The most channels of an input: passes list the channels of every value. */
const MAX_CHANNELS = 2 ** 22;

const channelFaults = (inputs: readonly Value[]): [string, string][] =>
  inputs
    .filter((input) => channelsOf(input) > MAX_CHANNELS)
    .map((input) => [
      input.name,
      `input '${input.name}' has ${channelsOf(input)} channels; at most ${MAX_CHANNELS} are supported`,
    ]);

/** Whether an input is a photo with its channels last. */
const isPhoto = ({ shape, type }: Value): boolean =>
  type === 'float32' && shape.length === 4 && [1, 3].includes(shape[3]!) && ![1, 3].includes(shape[1]!);

/** Gives a photo its channels first, as classifiers of groupwise take it, and adds the transpose to what the file takes. */
const channelsFirst = (photo: Value, build: Builder): Value => {
  const [samples, height, width, channels] = photo.shape as [number, number, number, number];
  photo.shape = [samples, channels, height, width];
  build.enter(photo.name);
  return build.toLast(photo);
};

const encodingFaults = (model: TfliteModel, inputs: readonly Value[]): [string, string][] =>
  inputs.flatMap(({ name }): [string, string][] => {
    const fault = encodingFault(tensorOf(model, name));
    return fault ? [[name, `input '${cut(name)}': ${fault}`]] : [];
  });

const tensorOf = (model: TfliteModel, name: string): TfliteTensor =>
  model.inputs.find((tensor) => tensor.name === name)!;

/** What a rule makes, as the numbers that the integers of the file's tensors stand for. */
const encodedOutputs = (build: Builder, made: Outputs, { to }: TfliteNode): Outputs =>
  ('name' in made ? [made] : made).map((value, index) => value && to[index] && encoded(build, value, to[index]));

/** Converts a network to groupwise's ops, as `Network.read` does. */
export function* readTflite(
  model: TfliteModel,
  options: ReadOptions,
  budget = new Budget(countElements(model)),
): Steps<Graph> {
  const outputNames = model.outputs.map(({ name }) => name);
  const nodes = orderNodes(withDilations(model), outputNames, 'a TensorFlow Lite model');
  const { inputs, constants, failed, isOpen, openSizes } = readInputs(
    model.inputs.map(inputInfoOf),
    new Set(),
    options,
  );
  const build = new Builder(
    options.evaluate,
    model.tensors.map(({ name }) => name),
    budget,
  );
  const reader = new NodeReader(build);
  reader.expect(nodes);
  const faults = new Map([...channelFaults(inputs), ...encodingFaults(model, inputs)]);
  reader.addInputs([...inputs, ...constants], new Map([...failed, ...faults]));
  inputs.forEach((input, index) => {
    if (faults.has(input.name)) return;
    const isFirst = options.photo && isPhoto(input);
    const given = isFirst ? channelsFirst(input, build) : input;
    build.enter(input.name);
    reader.bind(input.name, encoded(build, given, tensorOf(model, input.name)));
    if (isFirst && openSizes) openSizes.axes[index] = openSizes.axes[index]!.map((axis) => axis + 1);
  });
  for (const tensor of model.tensors.filter(({ bytes }) => bytes)) {
    reader.addConstant(tensor.name, 'tensor', () => {
      const data = elementsOf(tensor, budget);
      return build.constant(data, tensor.shape, valueType(tensor)!, tensor.name);
    });
    yield;
  }
  for (const node of nodes) {
    const rule = ruleOf(node.opType);
    const convert =
      rule &&
      ((values: readonly (Value | undefined)[]) =>
        encodedOutputs(build, rule(new NodeView(node, values), build), node));
    yield;
    reader.addNode(node, '', convert, reasonAgainst(node.opType));
  }
  const outputs = reader.outputs(outputNames);
  if (reader.problems.length > 0) throw new UnsupportedError(reader.problems);
  return { inputs, outputs, nodes: build.nodes, dynamicBatch: isOpen, ...(openSizes && { openSizes }) };
}
