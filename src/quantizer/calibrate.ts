// What the values of a network are on photos of the kind that it will see.

import { openObserver } from '../calibration/observe.js';
import { inGroups } from '../calibration/value-groups.js';
import { hasInt8, type Graph } from '../ir/graph.js';
import type { Value } from '../ir/value.js';
import { QuantizeError } from './quantize-error.js';
import { Distribution, fitsScale } from './ranges.js';
import { splitResiduals } from './split-residuals.js';
import { integerNodes, valuesOf } from './values.js';
import { ChannelMeans } from './weights.js';

/** What a network's values were on calibration photos. */
export type Calibration = {
  /** The network that was observed: sums are layers of their own. */
  graph: Graph;
  distributions: ReadonlyMap<Value, Distribution>;
  means: ReadonlyMap<Value, Float64Array>;
};

/**
 * Runs a network on inputs and notes what its values are.
 *
 * @param onRun called after each run, with the share of the work that is done
 * @throws {QuantizeError} if the network has integers already, no layer that has an int8 form, or a value of numbers that are too large
 */
export const calibrate = async (
  source: Graph,
  photos: readonly Float32Array[],
  onRun: (share: number) => void = () => {},
): Promise<Calibration> => {
  checkFloats(source);
  const graph = splitResiduals(source);
  const distributions = new Map<Value, Distribution>();
  const means = new Map<Value, Float64Array>();
  const groups = inGroups(valuesOf(graph, integerNodes(graph)), (value) => value);
  const runs = groups.length * photos.length * 2;
  let done = 0;
  for (const values of groups) {
    using observer = await openObserver(graph, values);
    const averages = values.map((value) => new ChannelMeans(value));
    const own = values.map(() => new Distribution());
    for (const photo of photos) {
      observer.observe(photo).forEach((numbers, i) => {
        own[i]!.addRange(numbers);
        averages[i]!.add(numbers);
      });
      onRun(++done / runs);
    }
    values.forEach((value, i) => checkRange(value, own[i]!));
    for (const photo of photos) {
      observer.observe(photo).forEach((numbers, i) => own[i]!.count(numbers));
      onRun(++done / runs);
    }
    values.forEach((value, i) => {
      distributions.set(value, own[i]!);
      means.set(value, averages[i]!.means);
    });
  }
  return { graph, distributions, means };
};

/** @throws {QuantizeError} if the numbers of a value are too large for a scale */
const checkRange = ({ name }: Value, distribution: Distribution): void => {
  if (fitsScale(distribution)) return;
  const { low, high } = distribution;
  throw new QuantizeError(
    `value "${name}" is from ${low.toPrecision(3)} to ${high.toPrecision(3)} on the photos, too large for 8 bits: make sure that the network classifies these photos before it is quantised`,
  );
};

/** @throws {QuantizeError} if a network has integers already, or no layer that has an int8 form */
export const checkFloats = (graph: Graph): void => {
  if (hasInt8(graph.nodes))
    throw new QuantizeError('it is quantised already: quantise the network of floats that it was made from');
  if (!integerNodes(graph).length)
    throw new QuantizeError(
      'none of its layers has an int8 form: convolutions, matrix products, sums, pooling and activations have one',
    );
};
