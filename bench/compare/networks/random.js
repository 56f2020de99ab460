// Seeded random numbers: the same networks and inputs on every machine.

/**
 * Uniform numbers from 0 (included) to 1 (excluded), by mulberry32.
 * @param {number} seed
 * @returns {() => number}
 */
export const uniform = (seed) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

/**
 * `count` floats from -limit to limit.
 * @param {() => number} next
 * @param {number} count
 * @param {number} limit
 */
export const floats = (next, count, limit) => {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = (2 * next() - 1) * limit;
  return values;
};

/**
 * The numbers from 0 to count - 1 in random order (Fisher-Yates).
 * @param {() => number} next
 * @param {number} count
 */
export const shuffled = (next, count) => {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
};

/**
 * Splits channels among learned groups: scattered members, uneven sizes with shares from 0.5 to 1.5 of the mean.
 * @param {() => number} next
 * @param {number} channels at least as many as groups
 * @param {number} groups
 * @returns {number[][]} the channels of each group, in ascending order, at least one in each
 */
export const unevenGroups = (next, channels, groups) => {
  const shares = Array.from({ length: groups }, () => 0.5 + next());
  const total = shares.reduce((sum, share) => sum + share, 0);
  const order = shuffled(next, channels);
  let share = 0;
  const ends = shares.map((own, group) => {
    share += own;
    // Rounding must leave one channel for each group before and after this boundary.
    return Math.min(Math.max(Math.round((channels * share) / total), group + 1), channels - (groups - 1 - group));
  });
  for (let i = 1; i < groups; i++) ends[i] = Math.max(ends[i], ends[i - 1] + 1);
  return ends.map((end, i) => order.slice(ends[i - 1] ?? 0, end).sort((a, b) => a - b));
};
