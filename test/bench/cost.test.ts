// The measurement of cost runs, once and with the cheapest points.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

type Point = { groups: number; size: number; width: number; batch: number; macs: number; cpuMs: number };

test('bench/cost.ts measures networks that grow, and writes their multiply-adds and times', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cost-'));
  try {
    execFileSync(process.execPath, ['build/bench/cost.js', '--quick', '--out', folder], { stdio: 'pipe' });
    const results = JSON.parse(readFileSync(join(folder, 'cost.json'), 'utf8')) as { date: string; points: Point[] };
    assert.match(results.date, /^\d{4}-\d\d-\d\d$/);
    const macs = (wanted: Partial<Point>) => {
      const published = { groups: 1, size: 224, width: 1, batch: 1 };
      const key = Object.entries({ ...published, ...wanted });
      return results.points.find((point) => key.every(([name, value]) => point[name as keyof Point] === value))!.macs;
    };
    // Multiply-adds of the paper, by width; those of a batch are its pictures'.
    assert.is(macs({}), 300_774_272);
    assert.is(macs({ batch: 2 }), 2 * 300_774_272);
    assert.is((macs({ width: 0.25 }) / 1e6).toFixed(0), '37');
    assert.ok(macs({ groups: 8 }) < 0.25 * macs({}));
    assert.ok(results.points.every(({ cpuMs }) => cpuMs > 0));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
