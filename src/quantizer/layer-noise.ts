// How far the layers of an int8 network are from those of the network of floats.

import { openObserver } from '../calibration/observe.js';
import { inGroups } from '../calibration/value-groups.js';
import { makersOf, type Graph, type Node } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import { dequantize } from '../ops/int8/quantize.js';
import type { Calibration } from './calibrate.js';
import type { Quantized } from './quantize.js';

/**
 * The signal-to-noise ratio of each int8 layer's output against the network of floats, in decibels: 10 log10(sum(x^2) /
 * sum((x - quantised)^2)). It includes what earlier layers add; it is infinite without any difference. A layer whose output has
 * the range of another value, such as the maximum of a pool, has the ratio of that value.
 *
 * @param onRun called after each run, with the share of the work that is done
 */
export const layerNoise = async (
  { graph: floats }: Calibration,
  { graph, rounded, results }: Quantized,
  photos: readonly Float32Array[],
  onRun: (share: number) => void = () => {},
): Promise<Map<Node, number>> => {
  const makers = makersOf(graph);
  const layers = rounded.flatMap(({ value, integers, scale }) => {
    const maker = makers.get(integers);
    return maker && maker.op.name !== 'quantize' ? [{ maker, value, ...readable(integers, scale) }] : [];
  });
  const withReaders: Graph = { ...graph, nodes: [...graph.nodes, ...layers.map(({ reader }) => reader)] };
  const noise = new Map<Node, number>();
  const groups = inGroups(
    layers.filter(({ value }) => results.get(value) === value),
    ({ value }) => value,
  );
  let done = 0;
  for (const group of groups) {
    using before = await openObserver(
      floats,
      group.map(({ value }) => value),
    );
    using after = await openObserver(
      withReaders,
      group.map(({ output }) => output),
    );
    const ratios = group.map(() => new Ratio());
    for (const photo of photos) {
      const exact = before.observe(photo);
      after.observe(photo).forEach((numbers, i) => ratios[i]!.add(exact[i]!, numbers));
      onRun(++done / (groups.length * photos.length));
    }
    group.forEach(({ maker }, i) => noise.set(maker, ratios[i]!.decibels));
  }
  const makerOf = new Map(layers.map(({ value, maker }) => [value, maker]));
  for (const { value, maker } of layers) {
    const decibels = noise.get(makerOf.get(results.get(value)!)!);
    if (decibels !== undefined) noise.set(maker, decibels);
  }
  return noise;
};

/** A node that turns integers into floats. */
const readable = (integers: Value, scale: number): { reader: Node; output: Value } => {
  const output: Value = { ...integers, name: `${integers.name}.observed`, type: 'float32' };
  return {
    reader: { name: output.name, op: dequantize, attrs: { scale }, inputs: [integers], output },
    output,
  };
};

class Ratio {
  private signal = 0;
  private noise = 0;

  add(exact: Float32Array, numbers: Float32Array): void {
    let [signal, noise] = [0, 0];
    for (let i = 0; i < exact.length; i++) {
      signal += exact[i]! ** 2;
      noise += (exact[i]! - numbers[i]!) ** 2;
    }
    this.signal += signal;
    this.noise += noise;
  }

  get decibels(): number {
    return this.noise > 0 ? 10 * Math.log10(this.signal / this.noise) : Infinity;
  }
}
