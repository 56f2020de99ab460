// Every operator of TensorFlow Lite against LiteRT: models of one operator each, with results that LiteRT computed.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertTflite } from '../../../src/convert.js';
import { supportedTfliteOperators } from '../../../src/converter/tflite/rules/index.js';
import { loadModel } from '../../../src/index.js';
import { readJson } from '../../support/networks.js';
import { fileOf, inputsOf, type TfliteCase } from '../../support/tflite/case.js';
import { TFLITE_CASES } from '../../support/tflite/cases.js';

const test = suite('operators of TensorFlow Lite');

const expected = readJson<Record<string, number[][]>>('test/fixtures/litert.json');

/** How far results may be from LiteRT's, in parts of the largest or of 1. */
const TOLERANCE = 1e-5;

/** How far results of 8-bit integers may be from LiteRT's, in steps: it rounds products of integers, and ties to the larger number. */
const STEPS = 1.001;

/** How many results differ from LiteRT's by a step. */
const counts = { steps: 0, all: 0 };

/** The distance of two integers of an output; undefined if it has floats. */
const stepOf = ({ outputs }: TfliteCase, index: number): number | undefined => {
  const output = outputs?.[index];
  return typeof output === 'object' ? output.quantization?.scales[0] : undefined;
};

for (const spec of TFLITE_CASES) {
  test(spec.name, async () => {
    using model = await loadModel(await convertTflite(fileOf(spec)));
    const numbers = inputsOf(spec);
    const outputs = model.run(Object.fromEntries(model.inputs.map(({ name }, index) => [name, numbers[index]!])));
    const results = Object.values(outputs).map(({ data }) => Array.from(data, Number));
    const wanted = expected[spec.name]!;
    assert.is(results.length, wanted.length);
    wanted.forEach((own, index) => {
      assert.is(results[index]!.length, own.length);
      const step = stepOf(spec, index);
      const room = step ? STEPS * step : TOLERANCE * Math.max(1, ...own.map(Math.abs));
      own.forEach((number, at) =>
        assert.ok(Math.abs(results[index]![at]! - number) <= room, `${at}: ${results[index]![at]} is not ${number}`),
      );
      if (!step) return;
      counts.all += own.length;
      counts.steps += own.filter((number, at) => Math.abs(results[index]![at]! - number) > step / 2).length;
    });
  });
}

test('few results of 8-bit networks are a step from those of LiteRT', () => {
  console.log(`measured: ${counts.steps} of ${counts.all} integers differ from LiteRT by a step`);
  assert.ok(counts.all > 3000 && counts.steps <= counts.all / 50);
});

/** Operators whose results need no reference, or that LiteRT does not have. */
const ELSEWHERE = ['Convolution2DTransposeBias'];

test('every operator has a case', () => {
  const covered = new Set([...TFLITE_CASES.map(({ op }) => op), ...ELSEWHERE]);
  assert.equal(
    supportedTfliteOperators().filter((name) => !covered.has(name)),
    [],
  );
});

test.run();
