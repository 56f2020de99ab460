// The table of axes that `binary` and `binaryInt` walk along.

/** Byte offsets of the fields of an axis, and its size: number of elements, bytes between neighbours in `a` and in `b`. */
export const enum Axis {
  count = 0,
  aStep = 4,
  bStep = 8,
  BYTES = 12,
}
