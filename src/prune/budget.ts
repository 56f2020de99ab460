// Spends a budget where it costs least: how many inputs each panel loses.

/** A way to compute a layer: its cost without panels, and that of each panel by the number of inputs removed. */
export type Way = { fixed: number; panels: readonly (readonly number[])[] };

/** What a layer can be: the loss of each panel by the number of inputs removed, and ways to compute it. */
export type Options = { losses: readonly (readonly number[])[]; ways: readonly Way[] };

/** Inputs removed from each panel of each layer, with the cost and the loss of all. */
export type Spending = { removed: number[][]; cost: number; loss: number };

/** Rounds of bisection: enough for every bit of a price. */
const ROUNDS = 100;

/**
 * The removals of least loss for their cost: for a price of cost, each panel takes what is cheapest; the price is the lowest
 * with which the budget suffices. No removals with at most this cost have less loss.
 *
 * @returns undefined if no price is high enough
 */
export const spend = (layers: readonly Options[], budget: number): Spending | undefined => {
  const [free, dear] = [spendAt(layers, 0), spendAt(layers, Infinity)];
  if (free.cost <= budget) return free;
  if (dear.cost > budget) return undefined;
  let [low, high] = [Math.log(Number.MIN_VALUE), Math.log(Number.MAX_VALUE)];
  let best = dear;
  for (let round = 0; round < ROUNDS; round++) {
    const middle = (low + high) / 2;
    const found = spendAt(layers, Math.exp(middle));
    if (found.cost > budget) low = middle;
    else [best, high] = [found, middle];
  }
  return best;
};

const spendAt = (layers: readonly Options[], price: number): Spending => {
  const all: Spending = { removed: [], cost: 0, loss: 0 };
  for (const layer of layers) {
    const found = layer.ways.map((way) => spendInLayer(layer, way, price));
    const best = found.reduce((a, b) => (isBetter(b, a, price) ? b : a));
    all.removed.push(best.removed);
    all.cost += best.cost;
    all.loss += best.loss;
  }
  return all;
};

type LayerSpending = { removed: number[]; cost: number; loss: number };

const spendInLayer = ({ losses }: Options, { fixed, panels }: Way, price: number): LayerSpending => {
  const layer: LayerSpending = { removed: [], cost: fixed, loss: 0 };
  losses.forEach((curve, panel) => {
    const costs = panels[panel]!;
    let best = 0;
    for (let count = 1; count < curve.length; count++) {
      const [now, before] = [count, best].map((i) => ({ cost: costs[i]!, loss: curve[i]! }));
      if (isBetter(now!, before!, price)) best = count;
    }
    layer.removed.push(best);
    layer.cost += costs[best]!;
    layer.loss += curve[best]!;
  });
  return layer;
};

type Point = { cost: number; loss: number };

/** Whether a is better at this price; at an infinite one only the cost counts. */
const isBetter = (a: Point, b: Point, price: number): boolean => {
  if (price === Infinity) return a.cost < b.cost || (a.cost === b.cost && a.loss < b.loss);
  const difference = a.loss - b.loss + price * (a.cost - b.cost);
  return difference < 0;
};
