// gridSample, compared with a sum over all elements of the padded image, weighted by the filter.

import { test } from 'uvu';
import type { AttrsOf } from '../../../src/ir/schema.js';
import { gridSample } from '../../../src/ops/scripted/grid-sample.js';
import { at, placesOf, refuses, type Dense } from '../../support/cases.js';
import { checkOp } from '../../support/harness.js';

type Attrs = AttrsOf<typeof gridSample.attrs>;

/** How far beyond an image the reference looks. */
const MARGIN = 40;

const cubic = (d: number, a = -0.75) => {
  if (d < 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
};

const FILTERS: Record<Attrs['mode'], (offset: number) => number> = {
  linear: (offset) => Math.max(0, 1 - Math.abs(offset)),
  nearest: (offset) => Number(Math.abs(offset) < 0.5),
  cubic: (offset) => cubic(Math.abs(offset)),
};

/** The element of an axis that stands at `index` of the padded axis, found by walking there and turning at its ends. */
const elementAt = (index: number, size: number, { padding, align }: Attrs): number | undefined => {
  if (index >= 0 && index < size) return index;
  if (padding === 'zeros') return undefined;
  if (padding === 'border' || size === 1) return index < 0 ? 0 : size - 1;
  let [place, step] = [0, 1];
  for (let walked = 0; walked < (index < 0 ? -index - (align ? 0 : 1) : index); walked++) {
    if (place + step >= 0 && place + step < size) place += step;
    else {
      step = -step;
      if (align) place += step;
    }
  }
  return place;
};

/** Elements of an axis with their weights. */
const weightsAt = (coordinate: number, size: number, attrs: Attrs): [number, number][] => {
  const place = attrs.align ? ((coordinate + 1) / 2) * (size - 1) : ((coordinate + 1) * size - 1) / 2;
  const found: [number, number][] = [];
  for (let index = -MARGIN; index < size + MARGIN; index++) {
    const element = elementAt(index, size, attrs);
    if (element !== undefined) found.push([element, FILTERS[attrs.mode](place - index)]);
  }
  return found.filter(([, weight]) => weight !== 0);
};

const reference = ([x, grid]: Dense[], attrs: Attrs, shape: readonly number[]): number[] => {
  const sizes = x!.shape.slice(2);
  return placesOf(shape).map(([n, c, ...place]) => {
    const axes = sizes.map((size, a) => weightsAt(at(grid!, [n!, ...place, sizes.length - 1 - a]), size, attrs));
    const visit = (chosen: number[], weight: number): number =>
      chosen.length === sizes.length
        ? weight * at(x!, [n!, c!, ...chosen])
        : axes[chosen.length]!.reduce((sum, [index, own]) => sum + visit([...chosen, index], weight * own), 0);
    return visit([], 1);
  });
};

const MODES = ['linear', 'nearest', 'cubic'] as const;
const PADDINGS = ['zeros', 'border', 'reflection'] as const;
const ALL = MODES.flatMap((mode) =>
  PADDINGS.flatMap((padding) => [false, true].map((align): Attrs => ({ mode, padding, align }))),
);

checkOp(
  gridSample,
  reference,
  ALL.flatMap((attrs) => [
    { attrs, inputs: [{ shape: [2, 3, 5, 4] }, { shape: [2, 3, 2, 2] }] },
    { attrs, inputs: [{ shape: [1, 2, 4, 3] }, { shape: [1, 4, 5, 2], low: -3, high: 3 }] },
    { attrs, inputs: [{ shape: [1, 1, 1, 6] }, { shape: [1, 2, 3, 2], low: -2, high: 2 }] },
    { attrs, inputs: [{ shape: [1, 2, 3, 4, 2] }, { shape: [1, 2, 1, 3, 3], low: -2, high: 2 }] },
    { attrs, inputs: [{ shape: [2, 1, 7] }, { shape: [2, 5, 1], low: -2, high: 2 }] },
  ]),
  { absolute: 1e-4 },
);

const { mode, padding, align } = ALL[0]!;

// coordinates that are no numbers, or far away, read nothing outside of the image
checkOp(gridSample, () => [0, 0, 0, 0], [
  {
    attrs: { mode, padding, align },
    inputs: [{ shape: [1, 1, 2, 2] }, { shape: [1, 2, 2, 2], data: [NaN, 0, Infinity, 0, -3e38, 3e38, 1e9, -1e9] }],
  },
]);

const shapeOf = (x: number[], grid: number[]) =>
  gridSample.shape(
    [x, grid].map((shape) => ({ name: 'x', shape, type: 'float32' })),
    ALL[0]!,
  );

refuses({
  'a grid for other samples': () => shapeOf([2, 3, 4, 5], [1, 4, 4, 2]),
  'a grid with too few coordinates': () => shapeOf([1, 3, 4, 5], [1, 4, 4, 1]),
  'a grid of another rank': () => shapeOf([1, 3, 4, 5], [1, 4, 2]),
  'an input without spatial axes': () => shapeOf([1, 3], [1, 0]),
});

test.run();
