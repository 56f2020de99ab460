// The headline of FLGC (Wang et al. 2019): learned groups with depthwise-separable convolutions against vanilla ResNet-50
// on one core. node build/bench/headline.js [--out FOLDER]

import { convertOnnx } from '../src/convert.js';
import { measureFamilies } from './families.js';
import { resnet50, type Form } from './resnet50.js';

const FORMS: Record<string, Form> = {
  vanilla: { groups: 1, separable: false },
  'separable 3x3': { groups: 1, separable: true },
  '4 learned groups, separable 3x3': { groups: 4, separable: true },
  '8 learned groups, separable 3x3': { groups: 8, separable: true },
};

const networks = Object.entries(FORMS).map(([name, form]) => ({ name, build: () => convertOnnx(resnet50(form)) }));
await measureFamilies('headline', [{ networks, turns: { rounds: 8, runs: 3 } }]);
