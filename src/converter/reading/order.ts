// The nodes that a network needs, in an order in which they can run.

import { FormatError } from '../../errors.js';
import type { FileNode } from './node-reader.js';

/** The node that makes each value; a file in which two nodes make the same one is broken. */
const makersOf = <N extends FileNode>(nodes: readonly N[], kind: string): Map<string, N> => {
  const makers = new Map<string, N>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output !== '' && makers.has(output)) throw new FormatError(`not ${kind}: two nodes make '${output}'`);
      makers.set(output, node);
    }
  }
  makers.delete('');
  return makers;
};

/** The names that a node reads. */
type ReadBy<N> = (node: N) => readonly string[];

const neededNodes = <N extends FileNode>(
  outputs: readonly string[],
  makers: Map<string, N>,
  readBy: ReadBy<N>,
): Set<N> => {
  const needed = new Set<N>();
  const open = [...outputs];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const maker = makers.get(name);
    if (!maker || needed.has(maker)) continue;
    needed.add(maker);
    for (const input of readBy(maker)) open.push(input);
  }
  return needed;
};

/**
 * The nodes that the outputs depend on, each after the nodes that make its inputs, otherwise in the order of the file.
 *
 * @param kind what messages call the file, as in "an ONNX model"
 * @param captured what networks inside of a node read of the network around it
 * @throws {FormatError} if nodes depend on each other in a circle, or two make the same value
 */
export const orderNodes = <N extends FileNode>(
  all: readonly N[],
  outputs: readonly string[],
  kind: string,
  captured: ReadBy<N> = () => [],
): N[] => {
  const readBy: ReadBy<N> = (node) => {
    const inside = captured(node);
    return inside.length ? [...node.inputs, ...inside] : node.inputs;
  };
  const makers = makersOf(all, kind);
  const needed = neededNodes(outputs, makers, readBy);
  const nodes = all.filter((node) => needed.has(node));
  const before = new Map<N, Set<N>>();
  const after = new Map<N, N[]>(nodes.map((node) => [node, []]));
  for (const node of nodes) {
    const made = new Set(readBy(node).flatMap((input) => makers.get(input) ?? []));
    before.set(node, made);
    for (const maker of made) after.get(maker)!.push(node);
  }
  return sortNodes(nodes, before, after, kind);
};

/** Takes nodes in the order of `nodes`; one that has to wait comes right after the last node it waits for. */
const sortNodes = <N extends FileNode>(
  nodes: readonly N[],
  before: Map<N, Set<N>>,
  after: Map<N, N[]>,
  kind: string,
): N[] => {
  const sorted: N[] = [];
  const waiting = new Set<N>();
  const place = (first: N): void => {
    const ready: N[] = [first];
    for (let node = ready.pop(); node; node = ready.pop()) {
      sorted.push(node);
      for (const reader of after.get(node)!) {
        before.get(reader)!.delete(node);
        if (before.get(reader)!.size === 0 && waiting.delete(reader)) ready.push(reader);
      }
    }
  };
  for (const node of nodes) {
    if (before.get(node)!.size === 0) place(node);
    else waiting.add(node);
  }
  const [stuck] = waiting;
  if (stuck) throw new FormatError(`not ${kind}: ${stuck.opType} '${stuck.outputs[0]}' depends on itself`);
  return sorted;
};
