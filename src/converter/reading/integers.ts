// 64-bit integers of files, which graphs hold in 32 bits.

const INT32_MAX = 0x7fffffff;
const INT32_MIN = -0x80000000;

/** A 64-bit integer limited to the 32-bit range. */
export const saturate = (value: bigint | number | string): number =>
  Math.min(Math.max(Number(value), INT32_MIN), INT32_MAX);
