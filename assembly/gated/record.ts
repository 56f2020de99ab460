// The records of a panel whose channels are chosen at run time.

import { GateRecord, PanelRecord } from '../generated/layout';

/**
 * Writes a panel's record for the kernel `conv`, whose columns are neighbours that begin with `column`, and its source for
 * `gatePanels`
 */
export function gateRecord(
  record: usize,
  list: i32,
  count: i32,
  depth: i32,
  weights: i32,
  column: i32,
  width: i32,
  source: usize,
  panel: i32,
  outputs: usize,
  gates: usize,
  others: usize,
  kept: usize,
  keptCount: i32,
): void {
  store<i32>(record, list, PanelRecord.list);
  store<i32>(record, count, PanelRecord.count);
  store<i32>(record, depth, PanelRecord.depth);
  store<i32>(record, weights, PanelRecord.weights);
  store<i32>(record, -1, PanelRecord.outputs);
  store<i32>(record, column << 2, PanelRecord.column);
  store<i32>(record, width, PanelRecord.width);
  store<i32>(source, panel, GateRecord.panel);
  store<usize>(source, outputs, GateRecord.outputs);
  store<usize>(source, gates, GateRecord.gates);
  store<usize>(source, others, GateRecord.others);
  store<usize>(source, kept, GateRecord.kept);
  store<i32>(source, keptCount, GateRecord.count);
}
