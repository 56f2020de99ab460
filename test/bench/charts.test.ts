// The charts and tables that docs/benchmarks.md has of measurements.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

/** What the scripts, which are JavaScript, export to this test. */
type Scripts = {
  barsOf: (results: object) => string;
  costChart: (results: object, series: string) => string;
  table: (titles: string[], rows: string[][]) => string;
};

const ROOT = pathToFileURL(join(process.cwd(), '/'));
const load = async (file: string): Promise<Scripts> => (await import(new URL(file, ROOT).href)) as Scripts;
const { barsOf } = await load('bench/compare/report/bars.js');
const { costChart } = await load('scripts/benchmarks/cost-chart.js');
const { table } = await load('scripts/benchmarks/text.js');

const test = suite('charts of measurements');

const CONDITIONS = { date: '2026-01-02', machine: { processor: 'A <processor>', node: '20.0.0' } };

const attribute = (element: string, name: string): number => Number(new RegExp(` ${name}="([^"]*)"`).exec(element)![1]);

test('bars are in proportion to the times, and a runtime without a relaxed build keeps its plain time', () => {
  const figure = (runtime: string, simd: string, cpuMs: number) => ({
    ...{ runtime, simd, cpuMs },
    ...{ architecture: 'net', form: 'dense' },
  });
  const drawing = barsOf({
    ...CONDITIONS,
    ...{ title: 'A network', kind: 'dense', networks: [{ architecture: 'net', form: 'dense' }] },
    runtimes: [
      { name: 'groupwise', title: 'groupwise', packageName: null, downloadBytes: 1 },
      { name: 'other', title: 'Other', packageName: 'other', downloadBytes: 1 },
      { name: 'code', title: 'Code', packageName: 'code', downloadBytes: null },
    ],
    figures: [
      figure('groupwise', 'plain', 10),
      figure('groupwise', 'relaxed', 5),
      figure('other', 'plain', 20),
      figure('code', 'plain', 5),
    ],
  });
  const bars = drawing.match(/<rect [^>]*>/g)!;
  const [ours, other, native, , otherRelaxed] = bars.map((bar) => attribute(bar, 'width'));
  assert.is(bars.length, 6);
  assert.ok(Math.abs(other! / ours! - 2) < 0.01 && Math.abs(native! / ours! - 0.5) < 0.01);
  assert.ok(Math.abs(otherRelaxed! / ours! - 4) < 0.01);
  assert.match(drawing, 'Relaxed SIMD, 5.0 ms: groupwise 1.00, Other 4.00, Code 1.00');
  assert.match(drawing, '&#60;processor&#62;');
});

test('the chart of cost is logarithmic: a network in proportion is on the dashed line', () => {
  const point = (size: number, macs: number, cpuMs: number, groups: number) => ({
    ...{ groups, size, width: 1, batch: 1, macs, cpuMs },
  });
  const points = [1, 8].flatMap((groups) => [
    point(112, 1e8 / groups, 4 / groups, groups),
    point(224, 4e8 / groups, 16 / groups, groups),
    point(448, 16e8 / groups, 64 / groups, groups),
  ]);
  const drawing = costChart({ ...CONDITIONS, points }, 'size');
  const numbers = (element: string): number[] =>
    element
      .match(/ d="([^"]*)"/)![1]!
      .match(/[\d.]+/g)!
      .map(Number);
  const lines = drawing.match(/<path class="line [^>]*>/g)!.map(numbers);
  const rules = drawing.match(/<path class="rule" d="M[\d.]+ [\d.]+L[^>]*>/g)!.map(numbers);
  assert.is(lines.length, 2);
  for (const [i, [x0, y0, x1, y1, x2, y2]] of (lines as [number, number, number, number, number, number][]).entries()) {
    assert.ok(Math.abs(x1 - x0 - (x2 - x1)) < 0.3 && Math.abs(y0 - y1 - (y1 - y2)) < 0.3, 'equal steps');
    assert.equal(rules[i], [x0, y0, x2, y2]);
  }
});

test('empty cells of tables have one space', () => {
  assert.is(table(['a', 'b', 'c'], [['x', '', '']]), '| a | b | c |\n| --- | --- | --- |\n| x | | |\n');
});

test.run();
