// Draws the charts of the comparison: npm run chart.

import { mkdirSync, writeFileSync } from 'node:fs';
import { ROOT } from '../paths.js';
import { charts } from './charts.js';

for (const [path, drawing] of Object.entries(charts())) {
  const file = new URL(path, ROOT);
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, drawing);
}
