// Formats counts, sizes and times for reading.

/** A count with three digits: `301 M`. */
export const inThousands = (count: number): string => {
  const power = count < 1000 ? 0 : Math.min(Math.floor(Math.log10(count) / 3), 4);
  const value = count / 1000 ** power;
  return power === 0 ? String(count) : `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${'kMGT'[power - 1]}`;
};

/** Bytes in KiB, MiB or GiB: the unit that `like` bytes have. */
export const inBytes = (bytes: number, like = bytes): string => {
  if (like < 2 ** 20) return `${(bytes / 2 ** 10).toFixed(1)} KiB`;
  return like < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(2)} MiB` : `${(bytes / 2 ** 30).toFixed(2)} GiB`;
};

/** A time in milliseconds, with the digits that a time `like` has. */
export const inMilliseconds = (time: number, like = time): string =>
  `${time.toFixed(like < 1 ? 3 : like < 100 ? 2 : 0)} ms`;

/** A figure before and after, in the same unit with the same digits. */
export type Shown = { before: string; after: string };

/** Sizes in the unit of the larger. */
export const bytesAlike = ({ before, after }: { before: number; after: number }): Shown => {
  const like = Math.max(before, after);
  return { before: inBytes(before, like), after: inBytes(after, like) };
};

/** Times with the digits of the shorter. */
export const timesAlike = ({ before, after }: { before: number; after: number }): Shown => {
  const like = Math.min(before, after);
  return { before: inMilliseconds(before, like), after: inMilliseconds(after, like) };
};
