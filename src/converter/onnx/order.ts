// The nodes that a network needs, in an order in which they can run.

import { FormatError } from '../../errors.js';
import type { OnnxGraph, OnnxNode } from './model.js';

/** The node that makes each value; a file in which two nodes make the same one is broken. */
const makersOf = (nodes: readonly OnnxNode[]): Map<string, OnnxNode> => {
  const makers = new Map<string, OnnxNode>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output !== '' && makers.has(output)) throw new FormatError(`not an ONNX model: two nodes make '${output}'`);
      makers.set(output, node);
    }
  }
  makers.delete('');
  return makers;
};

const neededNodes = (outputs: readonly string[], makers: Map<string, OnnxNode>): Set<OnnxNode> => {
  const needed = new Set<OnnxNode>();
  const open = [...outputs];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const maker = makers.get(name);
    if (!maker || needed.has(maker)) continue;
    needed.add(maker);
    for (const input of maker.inputs) open.push(input);
  }
  return needed;
};

/**
 * The nodes that the outputs depend on, each after the nodes that make its inputs, otherwise in the order of the file.
 *
 * @throws {FormatError} if nodes depend on each other in a circle, or two make the same value
 */
export const orderNodes = (graph: OnnxGraph): OnnxNode[] => {
  const makers = makersOf(graph.nodes);
  const needed = neededNodes(
    graph.outputs.map(({ name }) => name),
    makers,
  );
  const nodes = graph.nodes.filter((node) => needed.has(node));
  const before = new Map<OnnxNode, Set<OnnxNode>>();
  const after = new Map<OnnxNode, OnnxNode[]>(nodes.map((node) => [node, []]));
  for (const node of nodes) {
    const made = new Set(node.inputs.flatMap((input) => makers.get(input) ?? []));
    before.set(node, made);
    for (const maker of made) after.get(maker)!.push(node);
  }
  return sortNodes(nodes, before, after);
};

/** Takes nodes in the order of `nodes`; one that has to wait comes right after the last node it waits for. */
const sortNodes = (
  nodes: readonly OnnxNode[],
  before: Map<OnnxNode, Set<OnnxNode>>,
  after: Map<OnnxNode, OnnxNode[]>,
): OnnxNode[] => {
  const sorted: OnnxNode[] = [];
  const waiting = new Set<OnnxNode>();
  const place = (first: OnnxNode): void => {
    const ready = [first];
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
  if (stuck) throw new FormatError(`not an ONNX model: ${stuck.opType} '${stuck.outputs[0]}' depends on itself`);
  return sorted;
};
