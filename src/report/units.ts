// Formats counts, sizes and times for reading.

/** A count with three digits: `301 M`. */
export const inThousands = (count: number): string => {
  const power = count < 1000 ? 0 : Math.min(Math.floor(Math.log10(count) / 3), 4);
  const value = count / 1000 ** power;
  return power === 0 ? String(count) : `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${'kMGT'[power - 1]}`;
};

/** Bytes in KiB, MiB or GiB. */
export const inBytes = (bytes: number): string => {
  if (bytes < 2 ** 20) return `${(bytes / 2 ** 10).toFixed(1)} KiB`;
  return bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(2)} MiB` : `${(bytes / 2 ** 30).toFixed(2)} GiB`;
};

/** A time in milliseconds. */
export const inMilliseconds = (time: number): string => `${time.toFixed(time < 1 ? 3 : time < 100 ? 2 : 0)} ms`;
