// Which values share a buffer, and how long each buffer must keep its contents.

import type { Graph } from '../ir/graph.js';
import { bytesOf, type Value } from '../ir/value.js';
import type { Lifetime } from './arena.js';
import { inputsOf, isAlias, outputOf, type Unit } from './unit.js';

/** The buffers of a run. */
export type Buffers = {
  lifetimes: Lifetime[];
  /** The value whose memory a value uses: itself, or the value that it is an alias of. It may be a constant. */
  rootOf: (value: Value) => Value;
  /** The buffer of each root that is not a constant. */
  bufferOf: ReadonlyMap<Value, number>;
};

/**
 * Finds the buffers of a run: one for each input and each unit's output, except that an alias shares its input's buffer
 * and a plan that overwrites an input takes over its buffer if nothing reads it later. Outputs and `kept` values live
 * to the end.
 */
export const findBuffers = (graph: Graph, units: readonly Unit[], kept: readonly Value[]): Buffers => {
  const roots = findRoots(units);
  const rootOf = (value: Value) => roots.get(value) ?? value;
  const lastReading = findLastReadings(graph, units, kept, rootOf);
  const lifetimes: Lifetime[] = [];
  const bufferOf = new Map<Value, number>();
  const create = (value: Value, first: number) => {
    const last = Math.max(first, lastReading.get(value) ?? first);
    bufferOf.set(value, lifetimes.push({ first, last, bytes: bytesOf(value) }) - 1);
  };
  for (const input of graph.inputs) create(input, 0);
  units.forEach((unit, step) => {
    if (isAlias(unit)) return;
    const output = outputOf(unit);
    const buffer = overwritten(unit, step, lifetimes, (value) => bufferOf.get(rootOf(value)));
    if (buffer === undefined) return create(output, step);
    bufferOf.set(output, buffer);
    lifetimes[buffer]!.last = Math.max(step, lastReading.get(output) ?? step);
  });
  return { lifetimes, rootOf, bufferOf };
};

const findRoots = (units: readonly Unit[]): Map<Value, Value> => {
  const roots = new Map<Value, Value>();
  for (const unit of units) {
    if (!isAlias(unit)) continue;
    const source = unit.members[0]!.inputs[0]!;
    roots.set(outputOf(unit), roots.get(source) ?? source);
  }
  return roots;
};

const findLastReadings = (
  graph: Graph,
  units: readonly Unit[],
  kept: readonly Value[],
  rootOf: (value: Value) => Value,
): Map<Value, number> => {
  const last = new Map<Value, number>();
  units.forEach((unit, step) => {
    for (const input of inputsOf(unit)) last.set(rootOf(input), step);
  });
  for (const value of [...graph.outputs.map((output) => output.value), ...kept]) last.set(rootOf(value), units.length);
  return last;
};

/** The buffer that a unit's output may take over, if there is one. */
const overwritten = (
  unit: Unit,
  step: number,
  lifetimes: readonly Lifetime[],
  bufferOf: (value: Value) => number | undefined,
): number | undefined => {
  const target = unit.plan.overwrites;
  const buffer = target && bufferOf(target);
  if (buffer === undefined || lifetimes[buffer]!.last !== step) return undefined;
  if (lifetimes[buffer]!.bytes !== bytesOf(outputOf(unit))) return undefined;
  const others = inputsOf(unit);
  others.splice(others.indexOf(target!), 1);
  return others.some((input) => bufferOf(input) === buffer) ? undefined : buffer;
};
