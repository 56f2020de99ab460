// TensorFlow Lite's metadata for tests: a normalisation, and a list of labels in an archive after the model.

import { Builder } from 'flatbuffers';
import { zipSync } from 'fflate';
import { table } from './write.js';

/** What the metadata say. */
export type MetadataSpec = { mean?: readonly number[]; std?: readonly number[]; labels?: string };

const floats = (builder: Builder, list: readonly number[]): number => {
  builder.startVector(4, list.length, 4);
  for (const value of [...list].reverse()) builder.addFloat32(value);
  return builder.endVector();
};

const one = (builder: Builder, value: number): number => {
  builder.startVector(4, 1, 4);
  builder.addOffset(value);
  return builder.endVector();
};

const at = (builder: Builder, value: number) => (field: number) => builder.addFieldOffset(field, value, 0);

const none = (count: number): undefined[] => new Array<undefined>(count).fill(undefined);

/** The bytes of metadata for one input and one output. */
export const writeMetadata = ({ mean, std, labels }: MetadataSpec): Uint8Array => {
  const builder = new Builder(256);
  const [means, deviations] = [mean ?? [], std ?? []].map((list) => floats(builder, list)) as [number, number];
  const normalization = table(builder, [at(builder, means), at(builder, deviations)]);
  const step = table(builder, [(field) => builder.addFieldInt8(field, 1, 0), at(builder, normalization)]);
  const steps = one(builder, step);
  const input = table(builder, [...none(4), mean && at(builder, steps)]);
  const name = builder.createString('labels.txt');
  const file = table(builder, [at(builder, name), undefined, (field) => builder.addFieldInt8(field, 2, 0)]);
  const files = one(builder, file);
  const output = table(builder, [...none(6), labels !== undefined ? at(builder, files) : undefined]);
  const [inputs, outputs] = [one(builder, input), one(builder, output)];
  const graph = table(builder, [...none(2), at(builder, inputs), at(builder, outputs)]);
  const graphs = one(builder, graph);
  builder.finish(table(builder, [...none(3), at(builder, graphs)]), 'M001');
  return builder.asUint8Array().slice();
};

/** The model with `labels.txt` in an archive after it, whose places count from the start of the model. */
export const withLabels = (model: Uint8Array, labels: string): Uint8Array => {
  const zip = zipSync({ 'labels.txt': new TextEncoder().encode(labels) });
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = zip.length - 22;
  const directory = view.getUint32(end + 16, true);
  view.setUint32(end + 16, directory + model.length, true);
  view.setUint32(directory + 42, view.getUint32(directory + 42, true) + model.length, true);
  return Uint8Array.from([...model, ...zip]);
};
