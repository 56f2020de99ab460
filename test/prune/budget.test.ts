// The budget against all ways to spend it.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spend, type Options } from '../../src/prune/budget.js';
import { randomIntegers } from '../support/cases.js';

const random = randomIntegers('budget');

/** A layer whose panels can lose up to `most` inputs. */
const randomLayer = (most: number): Options => {
  const rising = () => {
    let sum = 0;
    return [0, ...Array.from({ length: most }, () => (sum += random(1, 50)))];
  };
  const panels = random(1, 2);
  const way = () => ({ fixed: random(0, 60), panels: Array.from({ length: panels }, () => rising().reverse()) });
  return { losses: Array.from({ length: panels }, rising), ways: Array.from({ length: random(1, 2) }, way) };
};

/** The cost and loss of everything that layers can be. */
const allSpendings = (layers: readonly Options[]): { cost: number; loss: number }[] =>
  layers.reduce(
    (before, { losses, ways }) =>
      before.flatMap(({ cost, loss }) =>
        ways.flatMap(({ fixed, panels }) =>
          losses.reduce(
            (some, curve, panel) =>
              some.flatMap((one) =>
                curve.map((own, count) => ({ cost: one.cost + panels[panel]![count]!, loss: one.loss + own })),
              ),
            [{ cost: cost + fixed, loss }],
          ),
        ),
      ),
    [{ cost: 0, loss: 0 }],
  );

test('nothing that costs as much or less has less loss, and the budget suffices', () => {
  for (let round = 0; round < 30; round++) {
    const layers = Array.from({ length: random(1, 3) }, () => randomLayer(3));
    const all = allSpendings(layers);
    const costs = all.map(({ cost }) => cost);
    const [least, most] = [Math.min(...costs), Math.max(...costs)];
    const budget = random(least, most);
    const found = spend(layers, budget)!;
    assert.ok(found.cost <= budget);
    const best = Math.min(...all.filter(({ cost }) => cost <= found.cost).map(({ loss }) => loss));
    assert.ok(found.loss <= best, `${found.loss} ${best}`);
    assert.is(spend(layers, least - 1), undefined, 'a budget below the least cost');
  }
});

test('a budget for everything removes nothing', () => {
  const layer = { losses: [[0, 1, 2]], ways: [{ fixed: 1, panels: [[9, 8, 7]] }] };
  assert.equal(spend([layer], 10), { removed: [[0]], cost: 10, loss: 0 });
});

test.run();
