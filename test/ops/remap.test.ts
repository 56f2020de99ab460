// Tables that move elements: how runs and axes are joined.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AnyOp } from '../../src/ir/op.js';
import type { Attrs } from '../../src/ir/schema.js';
import { cast } from '../../src/ops/rare/cast.js';
import { concat } from '../../src/ops/concat.js';
import { expand } from '../../src/ops/rare/expand.js';
import { pad } from '../../src/ops/pad.js';
import { evenPlaces, listedPlaces, placesAlong, remapTable, type Places } from '../../src/ops/shared/remap.js';
import { slice } from '../../src/ops/slice.js';
import { tile } from '../../src/ops/rare/tile.js';
import { transpose } from '../../src/ops/transpose.js';
import type { Value } from '../../src/ir/value.js';
import { rewritesOf } from '../../src/converter/rewrites/index.js';

const tableOf = (shape: readonly number[], indices: readonly Places[]) => {
  const table = remapTable(placesAlong(shape, indices));
  const words = new Int32Array(table.words);
  table.fill(new Float32Array(words.buffer), words, null as never); // it has no weights
  return { rank: words[0], run: words[1], words: [...words] };
};

test('whole arrays are one run', () => {
  const { rank, run, words } = tableOf([2, 3, 4], [evenPlaces(2), evenPlaces(3), evenPlaces(4)]);
  assert.equal({ rank, run, words }, { rank: 1, run: 24, words: [1, 24, 1, 0] });
});

test('a scalar is a run of one element', () => {
  assert.equal(tableOf([], []), { rank: 1, run: 1, words: [1, 1, 1, 0] });
});

test('a slice of the last axis is a list of runs', () => {
  assert.equal(tableOf([2, 3, 8], [evenPlaces(2), evenPlaces(3), evenPlaces(4, 2)]), {
    rank: 1,
    run: 4,
    words: [1, 4, 6, 8, 40, 72, 104, 136, 168],
  });
});

test('a slice of the first axis is one run', () => {
  assert.equal(tableOf([5, 6], [evenPlaces(2, 1), evenPlaces(6)]).words, [1, 12, 1, 24]);
});

test('elements that have no place stay so when axes are joined', () => {
  assert.equal(
    tableOf([2, 4], [listedPlaces([-1, 1, -1]), listedPlaces([2, -1])]).words,
    [1, 1, 6, -1, -1, 24, -1, -1, -1],
  );
});

test('large axes keep their own lists', () => {
  const { rank, run, words } = tableOf([100, 50, 8], [evenPlaces(100), evenPlaces(50), evenPlaces(4)]);
  assert.equal([rank, run, words.length], [2, 4, 2 + 2 + 150]);
});

/** Whether `permute` keeps its word about the shapes. */
const keepsShape = (op: AnyOp, attrs: Attrs, shapes: readonly (readonly number[])[], perm: readonly number[]): void => {
  const valueOf = (shape: readonly number[]): Value => ({ name: 'x', shape, type: 'float32' });
  const turned = shapes.map((shape) => valueOf(perm.map((axis) => shape[axis]!)));
  const expected = op.shape(turned, attrs);
  const permuted = rewritesOf(op).permute!(turned, attrs, perm)!;
  const shape = op.shape(shapes.map(valueOf), permuted.attrs);
  assert.equal(
    permuted.perm.map((axis) => shape[axis]),
    expected,
  );
};

test('attributes follow the axes of a permuted input', () => {
  const x = [2, 3, 4, 5];
  for (const perm of [
    [0, 2, 3, 1],
    [0, 3, 1, 2],
    [3, 2, 1, 0],
    [1, 2, 0, 3],
  ]) {
    const turned = perm.map((axis) => x[axis]!);
    keepsShape(pad, { mode: 'constant', pads: [1, 2, 4, 8, 16, 32, 64, 128], value: 0 }, [x], perm);
    keepsShape(tile, { repeats: [2, 3, 5, 7] }, [x], perm);
    keepsShape(slice, { axes: [1, 3], starts: [0, 0], steps: [1, 1], counts: [2, 1] }, [x], perm);
    keepsShape(transpose, { perm: [2, 0, 3, 1] }, [x], perm);
    keepsShape(cast, { to: 'int32' }, [x], perm);
    keepsShape(expand, { shape: [turned[1], turned[2], turned[3]] }, [x], perm);
    keepsShape(expand, { shape: [0, turned[1], 0, 0] }, [x], perm);
    keepsShape(concat, { axis: 1 }, [x, x], perm);
  }
});

test('an expansion to more axes has no permuted form', () => {
  assert.is(rewritesOf(expand).permute!([], { shape: [2, 3, 4] }, [1, 0]), undefined);
});

test.run();
