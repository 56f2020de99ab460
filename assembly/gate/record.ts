// The record of a panel whose channels are chosen at run time.

import { PanelRecord } from '../generated/layout';

/** Writes a panel's record for the kernel `conv`; its columns are contiguous, starting at `column`. */
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
