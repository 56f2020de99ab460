// The record of a panel made while running.

import { PanelRecord } from '../generated/layout';

/** A panel's record as the kernel `conv` reads it, for columns that follow each other from `column`. */
export function gateRecord(
  record: usize,
  list: i32,
  count: i32,
  depth: i32,
  weights: i32,
  column: i32,
  width: i32,
): void {
  store<i32>(record, list, PanelRecord.list);
  store<i32>(record, count, PanelRecord.count);
  store<i32>(record, depth, PanelRecord.depth);
  store<i32>(record, weights, PanelRecord.weights);
  store<i32>(record, -1, PanelRecord.outputs);
  store<i32>(record, column << 2, PanelRecord.column);
  store<i32>(record, width, PanelRecord.width);
}
