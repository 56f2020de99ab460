// What kernels need so that threads can divide their work into parts.

/** The most parts into which the work of a kernel is divided. */
export const MAX_PARTS = 16;

/** Bytes that some kernels use in between, for each part. */
export const SPARE = { winograd: 640, sigmoid: 2048, binary: 16 } as const;

/** For `last` of the kernel `remap`: the whole axis. */
export const ALL = 0x7fffffff;
