// The memory planner: buffers alive at the same time do not overlap, and memory stays near the minimum.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ALIGNMENT, alignUp } from '../../src/ir/plan.js';
import { mostAlive, placeBuffers, type Lifetime } from '../../src/runtime/arena.js';
import { randomIntegers } from '../support/cases.js';

const random = randomIntegers('arena');

const randomLifetimes = (): Lifetime[] => {
  const steps = random(1, 30);
  return Array.from({ length: random(1, 40) }, () => {
    const first = random(0, steps - 1);
    return {
      first,
      last: random(first, Math.min(steps, first + random(0, 5))),
      bytes: random(0, 9) ? random(1, 1000) * 4 : random(0, 5),
    };
  });
};

const together = (a: Lifetime, b: Lifetime) => a.first <= b.last && b.first <= a.last;

/** Maximum number of bytes alive at once. */
const fullest = (lifetimes: readonly Lifetime[]): number => {
  const last = Math.max(...lifetimes.map((lifetime) => lifetime.last));
  const atStep = (step: number) =>
    lifetimes.reduce(
      (sum, { first, last: end, bytes }) => (first <= step && step <= end ? sum + alignUp(bytes) : sum),
      0,
    );
  return Math.max(...Array.from({ length: last + 1 }, (_, step) => atStep(step)));
};

const check = (lifetimes: readonly Lifetime[]): number => {
  const { offsets, bytes } = placeBuffers(lifetimes);
  const sizes = lifetimes.map((lifetime) => alignUp(lifetime.bytes));
  lifetimes.forEach((a, i) => {
    assert.is(offsets[i]! % ALIGNMENT, 0, 'aligned');
    assert.ok(offsets[i]! >= 0 && offsets[i]! + sizes[i]! <= bytes, 'inside of the arena');
    lifetimes.slice(i + 1).forEach((b, k) => {
      const j = i + 1 + k;
      const apart = offsets[i]! + sizes[i]! <= offsets[j]! || offsets[j]! + sizes[j]! <= offsets[i]!;
      assert.ok(apart || !together(a, b), `buffers ${i} and ${j} overlap: ${JSON.stringify(lifetimes)}`);
    });
  });
  assert.is(mostAlive(lifetimes), fullest(lifetimes));
  assert.ok(bytes >= fullest(lifetimes));
  assert.ok(bytes <= sizes.reduce((sum, size) => sum + size, 0));
  return bytes;
};

test('buffers alive at the same time never overlap', () => {
  let excess = 0;
  for (let i = 0; i < 500; i++) {
    const lifetimes = randomLifetimes();
    excess += check(lifetimes) / Math.max(1, fullest(lifetimes)) - 1;
  }
  assert.ok(excess / 500 < 0.1, `${(excess / 5).toFixed(1)} % more than the fullest step on average`);
});

test('a chain whose sizes fall or rise takes no more than its two largest neighbours', () => {
  for (let i = 0; i < 200; i++) {
    const sizes = Array.from({ length: random(1, 30) }, () => random(1, 1e6)).sort((a, b) => (i % 2 ? a - b : b - a));
    const chain = sizes.map((bytes, step) => ({ first: step, last: step + 1, bytes }));
    assert.is(check(chain), fullest(chain));
  }
});

test('any chain takes at most as much as its three largest buffers', () => {
  for (let i = 0; i < 200; i++) {
    const chain = Array.from({ length: random(3, 30) }, (_, step) => ({
      first: step,
      last: step + 1,
      bytes: random(1, 1e6),
    }));
    const largest = chain.map(({ bytes }) => alignUp(bytes)).sort((a, b) => b - a);
    assert.ok(check(chain) <= largest[0]! + largest[1]! + largest[2]!);
  }
});

test('a chain with a residual connection takes no more than its fullest step', () => {
  const chain = [100, 600, 600, 100, 100, 600, 600, 100].map((size, step) => ({
    first: step,
    last: step + 1,
    bytes: size * 64,
  }));
  chain[3]!.last = 7;
  assert.is(check(chain), fullest(chain));
});

/** Buffers of a long network: most are alive for one step, some longer. */
const manyLifetimes = (steps: number): Lifetime[] =>
  Array.from({ length: steps }, (_, first) => ({
    first,
    last: first + random(1, random(0, 20) ? 2 : 50),
    bytes: random(1, 100) * 64,
  }));

test('more buffers than are sorted by size never overlap either, and take less than twice the fullest step', () => {
  const lifetimes = manyLifetimes(4500);
  const { offsets, bytes } = placeBuffers(lifetimes);
  const alive = new Set<number>();
  for (const [i, { first, bytes: size }] of lifetimes.entries()) {
    for (const j of alive) {
      if (lifetimes[j]!.last < first) alive.delete(j);
      else
        assert.ok(
          offsets[i]! + size <= offsets[j]! || offsets[j]! + lifetimes[j]!.bytes <= offsets[i]!,
          `${i} and ${j} overlap`,
        );
    }
    alive.add(i);
    assert.ok(offsets[i]! % ALIGNMENT === 0 && offsets[i]! + size <= bytes);
  }
  assert.ok(bytes < 2 * mostAlive(lifetimes), `${bytes} bytes; ${mostAlive(lifetimes)} are alive at once`);
});

test('60,000 buffers are placed quickly, even if all are alive at once or leave many gaps', () => {
  const count = 60000;
  const kinds = {
    chain: manyLifetimes(count),
    all: Array.from({ length: count }, (_, first) => ({ first, last: count, bytes: random(1, 9) * 64 })),
    gaps: Array.from({ length: count }, (_, first) => ({
      first,
      last: first % 2 ? count : count / 2,
      bytes: random(1, 9) * 64,
    })),
  };
  for (const [name, lifetimes] of Object.entries(kinds)) {
    const start = process.cpuUsage();
    placeBuffers(lifetimes);
    const { user, system } = process.cpuUsage(start);
    assert.ok(user + system < 2e6, `${name}: ${(user + system) / 1e6} s`);
  }
});

test('no buffers need no memory', () => {
  assert.equal(placeBuffers([]), { offsets: [], bytes: 0 });
  assert.is(mostAlive([]), 0);
});

test('sizes are rounded up to the alignment', () => {
  assert.equal([0, 1, 63, 64, 65].map(alignUp), [0, 64, 64, 64, 128]);
});

test.run();
